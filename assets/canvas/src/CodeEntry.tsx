/** Where Keras code is put in, to become layers. */
import { useEffect, useRef, useState } from "react";

const MOST = 1_000_000; // letters

interface Props {
  onEnter(code: string): void;
  onClose(): void;
}

export function CodeEntry({ onEnter, onClose }: Props) {
  const [code, setCode] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const enter = () => {
    if (code.trim()) onEnter(code);
    onClose();
  };
  return (
    <div
      className="code-entry"
      role="dialog"
      aria-label="Paste Keras code"
      data-dialog
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") onClose();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) enter();
      }}
    >
      <label>
        Keras code: Sequential, functional, or a class
        <textarea
          ref={field}
          rows={14}
          spellCheck={false}
          maxLength={MOST}
          value={code}
          placeholder={"model = keras.Sequential([\n    keras.Input((28, 28, 1)),\n    keras.layers.Flatten(),\n    keras.layers.Dense(10),\n])"}
          onChange={(event) => setCode(event.target.value)}
        />
      </label>
      <p>It is read, never executed. Code that has been copied elsewhere can also be pasted straight onto the canvas.</p>
      <div className="buttons">
        <button type="button" className="primary" disabled={!code.trim()} onClick={enter}>Add its layers</button>
        <button type="button" onClick={onClose}>Cancel</button>
      </div>
    </div>
  );
}

/** The tidy picture is computed here, beside the page: the largest networks take seconds. */
import { tidy } from "./layout";

self.onmessage = ({ data: { doc, chosen } }) => self.postMessage(tidy(doc, chosen));

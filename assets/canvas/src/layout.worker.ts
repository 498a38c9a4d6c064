/** The tidy picture is computed here, beside the page: a large network takes seconds. */
import { tidy } from "./layout";

self.onmessage = ({ data }) => self.postMessage(tidy(data));

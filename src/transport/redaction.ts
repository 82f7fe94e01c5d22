export { isShownHeader, MASK, redactHeaders, redactText, redactUrl } from '../protocol/redaction.ts';

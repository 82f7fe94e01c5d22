/** The bytes that give delimiter-separated text its structure; all are ASCII, so UTF-8 is read without decoding it. */
export const QUOTE = 34;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;

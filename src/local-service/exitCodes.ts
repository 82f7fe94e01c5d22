/** How the program of the local service ends. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** Another process uses the data folder. */
export const EXIT_IN_USE = 3;

/** Of elements of XML, and of values of JSON, one inside another: far above what the service itself makes or takes. */
export const MAX_DEPTH = 200;

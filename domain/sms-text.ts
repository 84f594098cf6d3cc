/** How the bytes of an SMS are to be read. `gsm7` is one octet a septet, as SMPP carries it; `ucs2` is UTF-16BE. */
export type TextEncoding = 'gsm7' | 'latin1' | 'ucs2' | 'utf8' | 'binary';

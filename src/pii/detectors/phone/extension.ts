/** What may be dialled behind a number: `x123`, `ext. 12`, `Durchwahl 5`, `;ext=7`. */

/** What can begin an extension, after a space or sign: first letters of the words below, and `#`. */
const begins = new Uint8Array(128)
for (const letter of 'edxantpi#') {
  begins[letter.charCodeAt(0)] = 1
  begins[letter.toUpperCase().charCodeAt(0)] = 1
}

const extension =
  /(?:[ \u00a0]?[,;]?[ \u00a0]?[-(]?(?:ext(?:ension|ensión|\.?)|xtn?|x|#|durchwahl|dw|app(?:arat|\.)|nebenstelle|nst|poste|int(?:erno|\.)|toestel|tst|anexo))[ \u00a0]?[.:=#]?[ \u00a0]?\d{1,7}(?![\p{L}\p{N}_])/iuy

/**
 * @param text - the text
 * @param end - behind the last digit of a number
 * @returns the offset behind the extension's last digit; `end` where there is none
 */
export function extensionEnd(text: string, end: number): number {
  let index = end
  let code = text.charCodeAt(index)
  // at most two spaces, a comma or semicolon, and a dash or bracket
  while (
    index < end + 4 &&
    (code === 0x20 || code === 0xa0 || code === 0x2c || code === 0x3b || code === 0x2d || code === 0x28)
  ) {
    index += 1
    code = text.charCodeAt(index)
  }
  if (!(code < 0x80 && begins[code] === 1)) return end
  extension.lastIndex = end
  return extension.test(text) ? extension.lastIndex : end
}

/** What the file says of itself, twice: in its information dictionary and as XMP. */
import { plain } from './fonts.js'
import type { Pdf } from './pdfkit.js'

/** PDF/UA's mark, and the description of it that PDF/A asks for of every property that is not its own. */
const accessibility = `
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
  <pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas>
    <rdf:Bag>
      <rdf:li rdf:parseType="Resource">
        <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
        <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
        <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
        <pdfaSchema:property>
          <rdf:Seq>
            <rdf:li rdf:parseType="Resource">
              <pdfaProperty:name>part</pdfaProperty:name>
              <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
              <pdfaProperty:category>internal</pdfaProperty:category>
              <pdfaProperty:description>Part of ISO 14289 by which the file was made</pdfaProperty:description>
            </rdf:li>
          </rdf:Seq>
        </pdfaSchema:property>
      </rdf:li>
    </rdf:Bag>
  </pdfaExtension:schemas>
</rdf:Description>`

/**
 * Adds to the XMP what makes a tagged PDF known as such.
 *
 * @param pdf - The document.
 */
export const addAccessibilityMark = (pdf: Pdf): void => pdf.appendXML(accessibility)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/**
 * A text for both places. pdfkit puts its value into the dictionary, and its `toString()` unescaped into the XMP.
 *
 * @param text - Any text.
 * @returns The text as an object that reads as XML where it is put into a template.
 */
// biome-ignore lint/complexity/noBannedTypes: pdfkit tells texts from names by it
export function informed(text: string): String {
  const value = plain(text)
  const xml = value.replace(/[&<>"']/g, (char) => entities[char] as string)
  return Object.assign(new String(value), { toString: () => xml })
}

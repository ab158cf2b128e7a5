import { createRequire } from 'node:module'
import type { Detector, Haystack, Report } from '../detector.js'

const words = (text: string): string[] => text.trim().split(/\s+/)

/** Given names that the lists lack, and frequent ones of the languages whose lists are short. */
const more = words(`
  Hans Peter Klaus Jürgen Dieter Günter Günther Horst Uwe Wolfgang Werner Heinz Helmut Manfred Gerhard Rainer Bernd Thomas
  Michael Andreas Stefan Stephan Matthias Markus Martin Frank Jörg Ralf Dirk Sven Thorsten Torsten Carsten Karsten Holger
  Heiko Sebastian Tobias Florian Dominik Patrick Marcel Philipp Tim Lukas Moritz Friedrich Wilhelm Heinrich Hermann Otto
  Ursula Monika Petra Sabine Renate Brigitte Karin Ingrid Helga Gisela Erika Christa Andrea Claudia Susanne Gabriele Birgit
  Martina Heike Silke Kerstin Anja Katrin Kathrin Katja Nicole Stefanie Stephanie Sandra Melanie Julia Katharina Christina
  Christine Franziska Johanna Lena Laura Hannah Sophie Anke Ute Jutta Bärbel Elke Angelika Anneliese Gertrud Greta Frieda
  José Juan Antonio Manuel Francisco Javier Carlos Miguel Jesús Pedro Luis Fernando Rafael Sergio Jorge Alberto Álvaro Pablo
  Rubén Ramón Enrique Vicente Andrés Joaquín Raúl Íñigo Iker Gonzalo Carmen María Josefa Isabel Dolores Pilar Teresa Ana
  Cristina Marta Lucía Elena Rosario Concepción Mercedes Raquel Silvia Beatriz Rocío Nuria Inés Begoña Montserrat Consuelo
  Giuseppe Giovanni Mario Luigi Francesco Vincenzo Salvatore Franco Roberto Stefano Paolo Bruno Giorgio Massimo Claudio
  Maurizio Fabio Enrico Matteo Lorenzo Davide Simone Riccardo Filippo Giulia Chiara Francesca Federica Valentina Giovanna
  Rosa Paola Lucia Caterina Maria Antonella Simona Ilaria Elisa Serena Giorgia Martina Beatrice Ginevra Rossella
  Jean Pierre Michel Philippe Alain Jacques Bernard Christophe Nicolas Laurent Frédéric Stéphane Olivier Sébastien François
  Françoise Nathalie Isabelle Sylvie Catherine Martine Monique Jacqueline Véronique Valérie Sandrine Céline Aurélie Élodie
  Hélène Amélie Agnès Benoît Cédric Jérôme Grégory Guillaume Mathieu Thierry Pascal Yves
  Jan Piet Kees Willem Hendrik Johannes Pieter Gerrit Cornelis Maarten Jeroen Joost Sjoerd Bram Daan Sem Thijs Luuk Anouk
  Femke Sanne Lotte Fleur Marieke Annemarie Wilma Ingeborg Mieke Saskia Esther Inge Margriet
  Mohammed Muhammad Ahmed Ali Fatima Aisha Priya Raj Wei Li Mei Yuki Hiroshi Olga Ivan Dmitri Natasha Svetlana Agnieszka
  Katarzyna Piotr Tomasz Krzysztof Malgorzata Małgorzata Ayşe Mehmet Emre Elif
  James Mary John Patricia Robert Jennifer Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Charles Sarah
  Christopher Karen Daniel Nancy Matthew Lisa Anthony Betty Donald Helen Steven Paul Andrew Joshua Kenneth Kevin Brian George
  Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel
  Alexander Jane Alice Bob Emma Olivia Emily`)

/** Names that are words, months or places as well: without a context they need a known surname behind them. */
const ambiguous = new Set(
  words(`April May June August Will Mark Grace Hope Faith Joy Rose Summer Autumn Art Bill Rich Grant Chase Drew Pat Rob Sue Dale
    Christian Angel Royal Prince King Major Sterling Paris London Sydney Florence Chelsea Dallas Austin Houston Jackson Lincoln
    Madison Georgia Virginia Carolina Savannah Phoenix Brooklyn Orlando Asia India China Kenya Israel Jordan Chad Ivory Jade Ruby
    Amber Pearl Crystal Daisy Lily Iris Ivy Violet Heather Holly Ginger Melody Harmony Star Sky Skye River Ocean Storm Rain Dawn
    Eve Destiny Trinity Serenity Justice Liberty Mercy Patience Prudence Charity Constance Victoria San De La Van Den Sun Dean
    Earl Duke Baron Page Paige Miles Ray Cliff Forest Forrest Brook Brooke Reed Glen Heath Lane Wood Stone Clay Jasper Rocky Hunter
    Mason Carter Taylor Tyler Cooper Parker Porter Archer Fisher Baker Sawyer Turner Walker Ryder Scout Maverick Mac Mercedes
    Lexus Chanel Honey Candy Cherry Olive Basil Sage Rosemary Java Pascal Swift Santa Santos Marina Costa Sierra Dakota Montana
    Cheyenne Aspen Vienna Milan Roma Verona Siena Lourdes Nevada Alexandria Charlotte Lourdes Rio Pilar Dolores Angeles Mar Sol
    Blanca Luz Cruz Reyes Ernst Gerd Wolf Bär Franken Sachsen Adria Alba Aurora Diamond Golden Goldie Princess Queen Bishop Pope
    Judge Marshal Marshall Sheriff Carson Jersey Ely Ford Royce Bentley Harley Ariel Alexa Siri Cortana Claude Gemini Ada Max Jo
    An Ans Bas Ben Bo Dan Do Ed Ina Jan Jo Kit Les Lee Li Mei Mia Min My Ali Guy Gene Buddy Junior Sonny Buster Ace Blue Colt Cash
    Dash Jet Jett Link Nash Zen Win Bee Belle Bonnie Chance Chip Coral Ebony Fern Frank Hazel Heaven Jay Joe Kay Kitty Lucky Nova
    Penny Poppy Precious Robin Rusty Sandy Sonnet Sunny Unique Ward Young Long Short Small White Black Green Brown Gray Grey`),
)

const surnames = new Set(
  words(`Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas
    Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright
    Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Evans Hughes Edwards
    Turner Parker Collins Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Cooper Kelly Howard Ward Cox Richardson Wood
    Watson Brooks Bennett Gray James Reyes Cruz Price Myers Foster Sanders Ross Powell Sullivan Russell Hamilton Graham Fisher
    Müller Mueller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
    Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze
    Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Keller
    Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Mustermann
    Bernard Dubois Petit Durand Leroy Moreau Simon Laurent Lefebvre Lefèvre Michel Bertrand Roux Vincent Fournier Morel Girard
    André Mercier Dupont Lambert Bonnet François Fontaine Rousseau Garnier Chevalier Dupuis
    García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez
    Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado
    Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa Giordano Rizzo Lombardi
    Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale
    Jong Jansen Vries Berg Bakker Dijk Visser Smit Boer Mulder Groot Bos Vos Peters Hendriks Dekker Brouwer Wit Dijkstra Smits
    Graaf Meer Linden Kok Jacobs Haan Vermeulen Heuvel Veen Broek Bruijn Heijden Schouten Willems Hoekstra Koster Verhoeven`),
)

/** Capitalised words that end a name or forbid one. */
const noName = new Set(
  words(`January February March April May June July August September October November December Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday Januar Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag
    Sonntag Customer Customers Sir Madam Team All Colleague Colleagues Friend Friends Kunde Kunden Kundin Damen Herren Kollegen
    Kolleginnen Client Clients Cliente Clienti Klant Support Service Sales Marketing Office Department Abteilung Admin Administrator
    User Users Guest Everyone Folks Hiring Manager Editor Member Members Partner Student Students Parent Parents Street Avenue Road
    Lane Drive Square Boulevard Platz Straße Strasse Weg Allee Gasse Rue Place Calle Plaza Via Piazza Straat Laan Plein Airport
    Station Hospital School University College Institute Institut Foundation Museum Hotel Tower Bridge Park Church Island Bay Beach
    City County River Lake Mountain Stadium Theatre Theater Award Prize Day Week Month Year Bank Group Corp Corporation Company Inc
    Ltd LLC GmbH AG SE KG SA SARL Srl SpA BV NV Plc Partners Holding Holdings Solutions Systems Technologies Software Labs Studios
    Agency Insurance Versicherung Pharma Motors Airlines Records Press News Times Post Journal Magazine The This That These Those It
    We You They He She I If When Where What Who Why How And Or But Not Yes No Please Thanks Thank Der Die Das Ein Eine Und Oder Aber
    Nicht Wir Sie Er Es Ich Le La Les Un Une Et Ou Mais Nous Vous Il Elle El Los Las Una Y O Pero De Het Een En Of Is Are Was North
    South East West New Old Saint San Santa Los Great United States Kingdom America Europe Germany France Spain Italy Netherlands
    Deutschland Frankreich Berlin Hamburg München Munich Köln Frankfurt Paris London Madrid Rome Roma Milano Amsterdam Wien Vienna
    Zürich Brussels English German French Spanish Italian Dutch Phone Tel Email Mail Fax Mobile Address Adresse Date Datum Number
    Order Invoice Ticket Status Type Name Age Born Geboren Patient Doctor Invalid Unknown None Null Test Premium Gold Basic Standard
    Account Konto Login Password Error Warning Info Debug Internet Chat Bot Assistant Schwab Stanley Lauren Klein-Bottle Vuitton
    Hilfiger Planck Gaulle Christmas Easter Weihnachten Ostern Yours Sincerely Regards Best Kind Dear Hello Hi Re Fwd Subject Betreff
    To From Cc Bcc Von An Sent Gesendet Not Available Version Model Modell Data Java Script Cloud Code Apple Google Pay`),
)

/** Behind a run of capitalised words these say that it was a firm or a place. */
const firm =
  /^\s(?:&\s|(?:GmbH|AG|SE|KG|Inc|Ltd|LLC|Corp|Co\b|SA|SARL|S\.|Srl|SpA|BV|B\.V|NV|Plc|Group|Bank|Foundation|Institut|Institute|University|Universität|Hospital|Klinik|School|Schule|College|Airport|Street|St\.|Avenue|Ave|Road|Rd|Lane|Square|Platz|Straße|Strasse|Allee|Weg|Stadium|Award|Prize|Museum|Hotel|Tower|Bridge|Park|Church|Company|Motors|Records)(?![\p{Ll}]))/u
const road =
  /(?:Rue|Avenue|Boulevard|Place|Calle|Plaza|Avenida|Via|Piazza|Viale|Corso|Saint|Sankt|St\.|Fort|Mount|Lake|Port)(?: (?:de|du|des|della|del))?\s$/iu

const title =
  /(?<![\p{L}\p{N}])(?:Mr|Mrs|Ms|Miss|Mx|Messrs|Dr|Prof|Professor|Sir|Dame|Lady|Herrn?|Frau|Fräulein|Hr|Fr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Maître|M|Sr|Sra|Srta|Señor|Señora|Señorita|Don|Doña|D|Dña|Sig|Sig\.ra|Sig\.na|Signor|Signora|Signorina|Dott|Dott\.ssa|Avv|Ing|Rag|Dhr|Mevr|Mw|Mevrouw|[Dd]e heer|Meneer|Mijnheer|Nurse|Officer|Captain|Judge|Rev)(?:\.\s?|\s)(?:(?:Dr|Prof|med|jur|Dipl|Ing|Mag)\.?\s){0,3}$/u
const titleWords = new Set(
  words(`Mr Mrs Ms Miss Mx Dr Prof Professor Herr Herrn Frau Fräulein Mme Mlle Monsieur Madame Mademoiselle Maître Sr Sra Srta
    Señor Señora Señorita Sig Signor Signora Signorina Dott Avv Dhr Mevr Mevrouw Meneer Mijnheer`),
)
/** Small words before a surname that belong to it. */
const particles = /(?<![\p{L}\p{N}])(?:(?:von|van|vom|zu|der|den|de|del|della|di|da|du|la|le|ter|ten)\s){1,3}$/u
const dotted = /(?<![\p{L}\p{N}])(?:M|D|Fr|Hr|Sr|Sig|Ing|Rag|Don|Mw)\.\s?$/u
const short = /(?<![\p{L}\p{N}])(?:M|D|Fr|Hr|Sr|Sig|Ing|Rag|Mw|Rev)\s$/u
const introduced =
  /(?:my name is|my name's|his name is|her name is|name was|named|called|call me|mein name ist|ich heiße|ich heisse|sein name ist|ihr name ist|namens|je m['’]appelle|mon nom est|nommée?|mi nombre es|me llamo|se llama|mi chiamo|il mio nome è|si chiama|mijn naam is|ik heet|genaamd)\s$/iu
const presented =
  /(?<![\p{L}\p{N}])(?:i am|i['’]m|this is|it['’]s|ich bin|hier ist|hier spricht|je suis|c['’]est|ici|soy|habla|sono|qui è|ik ben|met|hier is|spoke (?:to|with)|meet|met with|contact|ask for|kontaktieren sie|signed by|unterzeichnet von|signé par|firmado por|firmato da|ondertekend door)\s$/iu
const nameLabel =
  /(?:(?<![\p{L}])(?:full ?name|first ?name|last ?name|given ?name|family ?name|surname|middle ?name|display ?name|name|vorname|nachname|familienname|vollständiger name|prénom|prenom|nom(?: de famille)?|nom complet|nombre(?: completo)?|apellidos?|cognome|nome(?: completo)?|naam|voornaam|achternaam|patient(?:in|e|ë|ën|ënt)?|patient ?name|paciente|paziente|patiënt|account ?holder|card ?holder(?: ?name)?|kontoinhaber(?:in)?|karteninhaber(?:in)?|titulaire|titular|intestatario|rekeninghouder|insured|versicherte[rn]?|assuré|asegurado|assicurato|applicant|antragsteller(?:in)?|bewerber(?:in)?|next of kin|emergency contact))["'*]{0,3}\s{0,3}[:=]\s{0,3}["'*]{0,3}$/iu
const roleLabel =
  /(?<![\p{L}])(?:customer|client|contact(?: person)?|employee|manager|author|attn|attention|z\. ?hd\.?|from|to|cc|bcc|signed|doctor|physician|nurse|owner|assignee|reporter|caller|sender|recipient|attendees?|participants?|tenant|landlord|witness|beneficiary|kunde|kundin|ansprechpartner(?:in)?|kontakt|mitarbeiter(?:in)?|arzt|ärztin|absender|empfänger|mieter(?:in)?|teilnehmer|von|an|client|contact|employée?|médecin|destinataire|expéditeur|de|à|cliente|contacto|empleado|médico|remitente|destinatario|para|contatto|dipendente|medico|mittente|da|a|klant|contactpersoon|medewerker|arts|afzender|ontvanger|van|aan)["'*]{0,3}\s{0,3}[:=]\s{0,3}["'*]{0,3}$/iu
const greeting =
  /(?:^|[\n\r>"“]|[.!?]\s)\s{0,4}(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|servus|grüezi|bonjour|bonsoir|cher|chère|salut|hola|buenos días|buenas tardes|querid[oa]|estimad[oa]|ciao|buongiorno|buonasera|car[oa]|gentile|beste|geachte|goedemorgen|goedemiddag|goedendag)(?:\s(?:there|zusammen))?,?\s$/iu
const closing =
  /(?:regards|sincerely|yours(?: truly| faithfully)?|cheers|best(?: wishes)?|thanks|thank you|grüßen?|grüsse[n]?|gruß|gruss|lg|vg|mfg|cordialement|salutations|amicalement|bien à vous|saludos|atentamente|un abrazo|cordiali saluti|distinti saluti|saluti|groet(?:en|jes)?|hoogachtend)[ ,.!-]{0,3}\s{0,2}[\n\r]\s{0,6}$/iu

const hinted =
  /(?:^|\s)(?:full ?name|first ?name|last ?name|given ?name|family ?name|surname|display ?name|patient(?: name)?|vorname|nachname|prénom|prenom|apellidos?|cognome|voornaam|achternaam|card ?holder(?: name)?|account ?holder|customer name|employee name|contact name|applicant(?: name)?)$/u

const capital = /(?<![\p{L}\p{N}_@#/\\.-])\p{Lu}[\p{L}'’-]{0,30}/gu
/** What may follow inside of a name: a further name, an initial, or small words and a name. */
const further =
  /\s(?:(?:(?:von|van|vom|zu|zur|zum|der|den|de|del|della|dela|di|da|do|dos|das|du|la|le|ter|ten|te|af|av|al|el|bin|ibn|y|e)\s){0,3}|\p{Lu}\.\s?(?:\p{Lu}\.\s?)?)\p{Lu}[\p{L}'’-]{1,30}/uy
const commaName = /,\s(\p{Lu}[\p{Ll}'’-]{1,30})(?![\p{L}])/uy

/** A name of anything: a single word behind it must be known. */
const bareName =
  /(?<!(?:full|first|last|given|family|middle|display|familien|vor|nach|voor|achter|card ?holder|patient)[ _-]?)(?:name|nom|nome|naam|nombre)\W*$/iu

/** The end of `, Max` behind a surname, or -1. */
function commaGiven(text: string, end: number, given: ReadonlySet<string>): number {
  commaName.lastIndex = end
  const match = commaName.exec(text)
  return match && given.has(match[1] as string) ? commaName.lastIndex : -1
}

interface Run {
  end: number
  readonly parts: string[]
}

const HEAD = 48
const MOST = 4

const acronym = (word: string): boolean => word.length > 1 && word === word.toUpperCase() && !/['’]/.test(word)

function runFrom(text: string, start: number, first: string, loud: boolean): Run {
  const run: Run = { end: start + first.length, parts: [first] }
  while (run.parts.length < MOST) {
    further.lastIndex = run.end
    const match = further.exec(text)
    if (!match) break
    const word = (match[0].split(/\s/).at(-1) as string).replace(/['’]s$/, '')
    if (noName.has(word) || (!loud && acronym(word)) || /\p{N}/u.test(text[further.lastIndex] ?? '')) break
    run.parts.push(word)
    run.end = further.lastIndex - (match[0].endsWith("'s") || match[0].endsWith('’s') ? 2 : 0)
  }
  return run
}

let lists: ReadonlySet<string> | undefined

/** The lists are read when the first detector is made. */
function givenNames(): ReadonlySet<string> {
  if (lists) return lists
  const names = createRequire(import.meta.url)('human-names') as Readonly<Record<string, unknown>>
  const all = new Set(more)
  for (const language of ['En', 'De', 'Fr', 'Es', 'It', 'Nl'])
    for (const list of [names[`female${language}`], names[`male${language}`]])
      if (Array.isArray(list)) for (const name of list as string[]) if (name.length > 1) all.add(name)
  lists = all
  return all
}

const cased = (word: string): string => (acronym(word) ? word[0] + word.slice(1).toLowerCase() : word)

function judge(
  text: string,
  hint: string,
  start: number,
  run: Run,
  given: ReadonlySet<string>,
): { score: number; reason: string } | undefined {
  const head = text.slice(Math.max(0, start - HEAD), start)
  const near = head.slice(-8)
  const labelled = near.includes(':') || near.includes('=')
  const below = near.includes('\n') || near.includes('\r')
  const first = cased(run.parts[0] as string)
  const simple = first.split('-')[0] as string
  const known = given.has(first) || given.has(simple)
  const several = run.parts.length > 1
  const firmBehind = firm.test(text.slice(run.end, run.end + 20))
  if ((title.test(head) && !short.test(head)) || dotted.test(head)) return { score: 0.85, reason: 'title before it' }
  if (introduced.test(head)) return { score: 0.85, reason: 'introduced by name' }
  if (
    labelled &&
    nameLabel.test(head) &&
    !firmBehind &&
    (several || known || !bareName.test(head) || commaGiven(text, run.end, given) > 0)
  )
    return { score: known || several ? 0.85 : 0.6, reason: 'label before it' }
  if (hint !== '' && hinted.test(hint) && start <= 1) return { score: 0.85, reason: 'name of the member' }
  if (firmBehind || road.test(head)) return undefined
  if (labelled && roleLabel.test(head) && (known || (several && surnames.has(run.parts.at(-1) as string))))
    return { score: 0.75, reason: 'label before it' }
  if ((known || several) && greeting.test(head)) return { score: known ? 0.75 : 0.6, reason: 'greeting before it' }
  if (
    below &&
    closing.test(head) &&
    (known || several) &&
    /^[ \t,.]*(?:[\n\r]|$)/.test(text.slice(run.end, run.end + 8))
  )
    return { score: 0.75, reason: 'signature' }
  if (known && (several || !ambiguous.has(first)) && presented.test(head))
    return { score: 0.7, reason: 'given name, context' }
  if (!known || !several) return undefined
  const last = cased(run.parts.at(-1) as string)
  if (surnames.has(last)) return { score: ambiguous.has(first) ? 0.6 : 0.8, reason: 'given name and surname' }
  return ambiguous.has(first) ? undefined : { score: 0.6, reason: 'given name and a capitalised word' }
}

function find({ text, hint, step }: Haystack, report: Report, given: ReadonlySet<string>): void {
  let from = 0
  for (const match of text.matchAll(capital)) {
    let start = match.index
    if (start < from) continue
    const first = match[0].replace(/['’](?:s)?$/, '')
    if (first.length < 2 && text[start + 1] !== '.') continue
    if (titleWords.has(first) || (noName.has(first) && !given.has(first))) continue
    if (text[start - 1] === '[' || /\p{N}/u.test(text[start + match[0].length] ?? '')) continue
    step()
    const loud = acronym(first) && given.has(cased(first))
    if (acronym(first) && !loud) continue
    let run: Run
    if (first.length === 1) {
      further.lastIndex = start + 2
      const surname = /^\.\s?(?:\p{Lu}\.\s?)?\p{Lu}\p{Ll}[\p{L}'’-]{1,29}/u.exec(text.slice(start + 1, start + 40))
      if (!surname) continue
      run = { end: start + 1 + surname[0].length, parts: [first, surname[0]] }
    } else run = runFrom(text, start, first, loud)
    if (run.end === start + first.length && /^[@/\\_]|^\.\p{L}/u.test(text.slice(run.end, run.end + 2))) continue
    const particle = particles.exec(text.slice(Math.max(0, start - 16), start))
    const led = particle && title.test(text.slice(Math.max(0, start - HEAD), start - particle[0].length))
    if (particle && led) start -= particle[0].length
    const verdict = judge(text, hint, start, run, given)
    if (!verdict) continue
    let { end } = run
    const labelled = verdict.reason === 'label before it' || verdict.reason === 'name of the member'
    if (labelled && run.parts.length === 1) end = Math.max(end, commaGiven(text, end, given))
    report(start, end, 'PERSON', verdict.score, verdict.reason)
    from = end
  }
}

/**
 * Finds names of people by what stands beside them (titles, greetings, labels, signatures) and by lists of given names.
 * Off by default: names are words, and no list is complete.
 *
 * @returns the detector of PERSON
 * @example
 * ```ts
 * import { person, piiRedactor } from 'quittance/pii'
 * const redactor = piiRedactor({ detectors: [person()] })
 * console.log(redactor.redact('Dear Ms Jones,', { path: 'input', kind: 'text' }).text) // Dear Ms [PERSON],
 * ```
 */
export function person(): Detector {
  const given = givenNames()
  return {
    name: 'person',
    version: '1',
    types: ['PERSON'],
    find(haystack, report) {
      find(haystack, report, given)
    },
  }
}

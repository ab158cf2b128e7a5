/** Words before "at" or `@` that make what follows a place: `look at example dot com`, `lunch @ example.com`. */

const places: ReadonlySet<string> = new Set(
  (
    'look looking looked shop shopping shopped buy bought find found visit see seen me us him her them you it that this ' +
    'there here available work works working worked is are was were be been being meet met meeting meetup read online more ' +
    'order ordered sold stay staying live lives living arrive arrived start started host hosted register registered listed ' +
    'sign login people jobs job team staff employee employees manager engineer developer founder director owner president ' +
    'vp cto ceo cfo coo editor writer designer consultant analyst student professor nurse lawyer office based all not only ' +
    'currently now today tomorrow tonight yesterday monday tuesday wednesday thursday friday saturday sunday and or customers ' +
    'everyone everybody someone friends account website site page blog news store sale server domain infrastructure payload ' +
    'malware beacon url link links file files download downloaded hiring selling trading happening speaking streaming playing ' +
    'lunch dinner breakfast brunch coffee drinks party event talk conference workshop webinar keynote session gig concert ' +
    'show game dev ops stuff thing things home up down out in on over back then just even also we they he she i who ' +
    'ab auch nur und oder die das der wir sie er es treffen arbeite arbeiten arbeitet kaufen gekauft siehe essen heute morgen ' +
    'nous vous ils travaille rendez-vous voir aujourd trabajo trabaja ver comprar nosotros lavoro lavora vedi werk werkt zie wij'
  ).split(' '),
)

/**
 * @param word - as written
 * @returns whether something is at a place behind it, so that it is nobody's local part
 */
export const saysPlace = (word: string): boolean => places.has(word.toLowerCase())

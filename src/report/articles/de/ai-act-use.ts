/** German for Regulation (EU) 2024/1689, Articles 50, 72, 73 and 86. */
import type { ProvisionText } from '../types.js'

const chapterIX =
  'Für Kapitel IX gilt der allgemeine Tag. Artikel 6, der sagt, was hochriskant ist, gilt später: ab 2. Dezember 2027 und ab 2. August 2028. Was das für die Zeit dazwischen bedeutet, ist eine Frage an die Rechtsberatung.'

/** By id of the provision. */
export const germanUse: { readonly [id: string]: ProvisionText } = {
  'ai-act-50': {
    title: 'Transparenzpflichten für Anbieter und Betreiber bestimmter KI-Systeme',
    asks: 'Menschen sagen, dass sie mit einem KI-System zu tun haben, erzeugte Inhalte maschinell erkennbar kennzeichnen und Deepfakes, Emotionserkennung und biometrische Kategorisierung offenlegen.',
    shows: [
      'dass ein Hinweis aufgezeichnet wurde, und wann',
      'dass eine Ausgabe solcher Art erzeugt wurde und was eine Kontrolle ihrer Kennzeichnung ergab',
    ],
    cannotShow: [
      'Dass ein Mensch den Hinweis sah und verstand.',
      'Die Kennzeichnung in einer Ausgabe: Ein Beleg enthält nur den Hashwert der Ausgabe.',
      'Ob eine Ausnahme greift.',
    ],
    applicationNote:
      'Artikel 50 wurde nicht verschoben. Nur Absatz 2 hat einen späteren Tag, für Systeme, die vor dem 2. August 2026 in Verkehr gebracht wurden.',
  },
  'ai-act-72': {
    title:
      'Beobachtung nach dem Inverkehrbringen durch die Anbieter und Plan für die Beobachtung nach dem Inverkehrbringen für Hochrisiko-KI-Systeme',
    asks: 'Nach einem Plan sammeln und auswerten, was das System leistet, solange es auf dem Markt ist.',
    shows: [
      'was das System über die Zeit und über Versionen leistete',
      'was später über Fälle bekannt wurde',
      'Zeiten, in denen niemand beobachten konnte, und Berichte, die erstellt wurden',
    ],
    cannotShow: [
      'Den Plan für die Beobachtung.',
      'Dass Daten ausgewertet und Schlüsse gezogen wurden, über die Berichte in der Kette hinaus.',
      'Daten von Betreibern, deren Belege nicht in diesen Ketten sind.',
    ],
    applicationNote: chapterIX,
  },
  'ai-act-73': {
    title: 'Meldung schwerwiegender Vorfälle',
    asks: 'Schwerwiegende Vorfälle der Behörde melden: spätestens 15 Tage nach Kenntnis, 10 nach einem Todesfall, 2 bei Ausfall kritischer Infrastruktur oder einem weitverbreiteten Verstoß.',
    shows: [
      'dass ein Vorfall vermerkt wurde, zu welchem Fall, und wann',
      'was das System zu jener Zeit tat',
      'wann ein Mensch eingriff',
      'dass die Belege eines Falls von der Entfernung zurückgehalten wurden',
    ],
    cannotShow: [
      'Ob ein Ereignis ein schwerwiegender Vorfall ist.',
      'Wann jemand davon erfuhr, bevor ein Beleg es sagt.',
      'Dass er gemeldet wurde, rechtzeitig und der richtigen Behörde.',
    ],
    applicationNote: `${chapterIX} Wo das Büro für Künstliche Intelligenz zuständig ist, geht die Meldung dorthin: Artikel 75 Absatz 1a, eingefügt 2026.`,
  },
  'ai-act-86': {
    title: 'Recht auf Erläuterung der Entscheidungsfindung im Einzelfall',
    asks: 'Einem Menschen, den eine Entscheidung erheblich beeinträchtigt, auf Verlangen erklären, welche Rolle das System dabei spielte und worauf die Entscheidung hauptsächlich beruht.',
    shows: [
      'welche Entscheidungen einen Menschen betrafen, wie sie ausfielen und welche Rolle das System hatte',
      'die Gründe, Faktoren, Kontrollen und Quellen, die aufgezeichnet wurden',
      'was Menschen damit zu tun hatten',
    ],
    cannotShow: [
      'Warum ein Modell die Ausgabe gab, die es gab.',
      'Dass eine Erläuterung verlangt, gegeben und verstanden wurde.',
      'Gründe, die auf Verlangen gelöscht oder nie aufgezeichnet wurden.',
    ],
    applicationNote: chapterIX,
  },
}

/** German for Regulation (EU) 2024/1689, Articles 9, 10 and 12 to 15. */
import type { ProvisionText } from '../types.js'

const recordKeeping = 'Aufzeichnungspflichten'

/** By id of the provision. */
export const germanRequirements: { readonly [id: string]: ProvisionText } = {
  'ai-act-9': {
    title: 'Risikomanagementsystem',
    asks: 'Über die ganze Lebensdauer des Systems ein dokumentiertes Verfahren betreiben, das Risiken findet, abwägt, mindert und prüft und aus der Verwendung lernt.',
    shows: [
      'welche Kontrollen bei welchem Fall liefen, was sie fanden und was daraufhin geschah',
      'was später über einen Fall bekannt wurde',
      'dass ein Modell, ein Prompt, eine Richtlinie oder das System geändert wurde, und wann',
    ],
    cannotShow: [
      'Welche Risiken gefunden und wie sie abgewogen wurden.',
      'Ob die Maßnahmen geeignet sind und welches Risiko bleibt.',
      'Tests aus der Zeit vor der Verwendung.',
    ],
  },
  'ai-act-10': {
    title: 'Daten und Daten-Governance',
    asks: 'Wo Modelle mit Daten trainiert werden: Trainings-, Validierungs- und Testdaten verwenden, die gut verwaltet, für den Zweck geeignet und auf Verzerrungen untersucht sind.',
    shows: [
      'welche Daten bei der Verwendung herangezogen wurden, in welcher Fassung',
      'wie sich Ergebnisse in der Verwendung auf Gruppen verteilen, wo Gruppen festgehalten wurden',
    ],
    cannotShow: [
      'Trainings-, Validierungs- und Testdaten: Belege beginnen mit der Verwendung.',
      'Ob Daten repräsentativ, vollständig oder fehlerfrei sind.',
      'Woher Daten stammten, bevor sie herangezogen wurden, und wofür sie erhoben worden waren.',
    ],
  },
  'ai-act-12-1': {
    title: recordKeeping,
    asks: 'Ereignisse von selbst aufzeichnen können, solange das System lebt.',
    shows: [
      'dass Ereignisse nacheinander aufgezeichnet wurden und seither keines zwischen dem ersten und dem letzten geändert oder herausgenommen wurde',
      'wie ein Ereignis aufgezeichnet wurde, von selbst oder von Hand',
      'wo die Aufzeichnung beginnt und endet und was bekanntermaßen fehlt',
    ],
    cannotShow: [
      'Ereignisse, die das Ledger nie erreichten, und Verwendungen des Systems daran vorbei.',
      'Die Zeit vor dem ersten und nach dem letzten Beleg.',
    ],
  },
  'ai-act-12-2-a': {
    title: recordKeeping,
    asks: 'Aufzeichnen, was erkennen hilft, dass das System ein Risiko bergen könnte oder wesentlich geändert wurde.',
    shows: [
      'Kontrollen, die anschlugen, Fehler und Fälle, die abgelehnt oder weitergegeben wurden',
      'Änderungen, die erklärt wurden, und ob sie wesentlich genannt wurden',
      'Änderungen, die niemand erklärt hat, in denen sich die Belege aber unterscheiden',
    ],
    cannotShow: [
      'Ob eine Lage ein Risiko im Sinne von Artikel 79 Absatz 1 ist: Das beurteilen Menschen.',
      'Ob eine Änderung wesentlich ist, über das Erklärte hinaus.',
    ],
  },
  'ai-act-12-2-b': {
    title: recordKeeping,
    asks: 'Aufzeichnen, was die Beobachtung nach dem Inverkehrbringen braucht.',
    shows: [
      'was das System leistete, Fall für Fall und Version für Version',
      'wie ein Fall ausging, sobald das bekannt war',
    ],
    cannotShow: [
      'Dass jemand diese Aufzeichnungen zur Beobachtung nutzt.',
      'Erfahrungen, die anderswo gesammelt wurden.',
    ],
  },
  'ai-act-12-2-c': {
    title: recordKeeping,
    asks: 'Aufzeichnen, was ein Betreiber braucht, um das System bei der Arbeit zu überwachen.',
    shows: [
      'was das System tat, Schritt für Schritt, und wie die Schritte zusammenhängen',
      'wo Menschen eingriffen',
      'ob die Aufzeichnung selbst in Betrieb war',
    ],
    cannotShow: ['Dass der Betreiber auf diese Aufzeichnungen zugreifen kann und sie liest.'],
  },
  'ai-act-12-3': {
    title: recordKeeping,
    asks: 'Bei biometrischer Fernidentifizierung mindestens jeden Zeitraum der Verwendung, die abgefragte Datenbank, die Eingabe, die zu einem Treffer führte, und die prüfenden Personen aufzeichnen.',
    shows: [
      'den Zeitraum jeder Verwendung (Buchstabe a)',
      'die Zeiträume von Sitzungen (Buchstabe a)',
      'die Referenzdatenbank, in welcher Fassung (Buchstabe b)',
      'welche Eingabe zu einem Treffer führte, durch Hashwert und Ablageort (Buchstabe c)',
      'die einzelnen Abfragen hinter einer Entscheidung (Buchstaben b und c)',
      'wer ein Ergebnis überprüfte, unter Pseudonym, und ob es zwei taten (Buchstabe d)',
    ],
    cannotShow: [
      'Die Eingabe selbst: Ein Beleg enthält ihren Hashwert und, wo angegeben, einen Verweis auf ihren Ablageort.',
      'Den Namen einer prüfenden Person: Ein Beleg enthält ein Pseudonym, das auflösen kann, wer das Geheimnis hat.',
      'Eine Abfrage in einer Datenbank, die nicht aufgezeichnet wurde.',
    ],
  },
  'ai-act-13': {
    title: 'Transparenz und Bereitstellung von Informationen für die Betreiber',
    asks: 'Das System so durchschaubar machen, dass Betreiber seine Ausgaben richtig lesen, und ihnen eine Betriebsanleitung geben.',
    shows: [
      'was eine Ausgabe begleitete, um sie zu lesen',
      'welche Version die Ausgabe erzeugte, sodass sie sich an deren Betriebsanleitung messen lässt',
      'Änderungen, denen die Betriebsanleitung folgen sollte',
    ],
    cannotShow: [
      'Die Betriebsanleitung, und ob sie vollständig und klar ist.',
      'Ob Betreiber sie bekamen und die Ausgaben verstanden.',
    ],
  },
  'ai-act-14': {
    title: 'Menschliche Aufsicht',
    asks: 'Menschen das System während der Verwendung beaufsichtigen lassen: ihm folgen, seine Ausgabe beiseitelegen oder umkehren und es anhalten.',
    shows: [
      'wer was überprüfte, freigab, überstimmte oder anhielt und wie lange es ihm vorlag',
      'welche Entscheidungen nach einem Menschen verlangten und was das System mit ihnen tat',
      'welche Fälle an einen Menschen weitergegeben wurden',
    ],
    cannotShow: [
      'Ob die Prüfenden Kompetenz, Ausbildung und Befugnis hatten.',
      'Ob die Oberfläche einen Menschen dem System folgen und eingreifen lässt.',
      'Ob ein Mensch den Fall wirklich bedachte: Die aufgewandte Zeit ist nur ein Hinweis.',
    ],
  },
  'ai-act-15': {
    title: 'Genauigkeit, Robustheit und Cybersicherheit',
    asks: 'Ein angemessenes Maß an Genauigkeit, Robustheit und Cybersicherheit erreichen, es über die ganze Lebensdauer halten und den Grad der Genauigkeit angeben.',
    shows: [
      'wie oft eine Ausgabe stimmte, wo die Wahrheit später festgehalten wurde',
      'Fehler, wiederholte Versuche und wie das System darüber hinwegkam',
      'Angriffe, die eine Kontrolle erkannte, und ein Werkzeug oder Modell, das ausgetauscht wurde',
      'wie auf die Schlüssel hinter der Aufzeichnung geachtet wurde',
    ],
    cannotShow: [
      'Genauigkeit, wo niemand festhielt, wie Fälle ausgingen.',
      'Angriffe, die im Aufgezeichneten keine Spur hinterließen.',
      'Die Werte, die die Betriebsanleitung angibt.',
    ],
  },
}

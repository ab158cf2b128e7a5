/** German for Regulation (EU) 2016/679, Articles 5, 17, 22 and 30. */
import type { ProvisionText } from '../types.js'

/** By id of the provision. */
export const germanGdpr: { readonly [id: string]: ProvisionText } = {
  'gdpr-5': {
    title: 'Grundsätze für die Verarbeitung personenbezogener Daten',
    asks: 'Personenbezogene Daten rechtmäßig und offen verarbeiten, für benannte Zwecke, nicht mehr und nicht länger als nötig, richtig und sicher, und das nachweisen können.',
    shows: [
      'dass Texte vor dem Hashen geschwärzt wurden, wodurch, und wie viel gefunden wurde',
      'dass Menschen unter Pseudonymen mit Schlüssel stehen und Inhalte unter Hashwerten mit Schlüssel',
      'was entfernt wurde, als seine Zeit um war',
      'dass die Aufzeichnung nicht geändert wurde',
    ],
    cannotShow: [
      'Die Rechtsgrundlage und die Zwecke.',
      'Dass die Schwärzung alles fand: Das tut kein Detektor.',
      'Was die Systeme um die Belege herum mit personenbezogenen Daten tun.',
    ],
  },
  'gdpr-17': {
    title: 'Recht auf Löschung („Recht auf Vergessenwerden“)',
    asks: 'Personenbezogene Daten unverzüglich löschen, wenn ein Mensch es verlangt und ein Grund vorliegt, sofern keine Ausnahme wie eine Rechtspflicht oder ein Rechtsanspruch entgegensteht.',
    shows: [
      'wessen Einzelheiten gelöscht wurden, wann und weshalb',
      'dass ein Geheimnis vernichtet wurde und mit ihm der Weg von seinen Pseudonymen zu Menschen',
      'welche Belege im Ganzen entfernt und welche zurückgehalten wurden',
    ],
    cannotShow: [
      'Anträge, und wie lange jeder dauerte.',
      'Löschung in anderen Systemen, in Kopien und in Sicherungen.',
      'Dass nichts über den Menschen übrig ist: Kennungen, Pseudonyme und Hashwerte eines Belegs bleiben.',
    ],
  },
  'gdpr-22': {
    title: 'Automatisierte Entscheidungen im Einzelfall einschließlich Profiling',
    asks: 'Entscheidungen mit rechtlichem oder ähnlichem Gewicht nicht allein einer Maschine überlassen, sofern keine Ausnahme gilt; dann kann man einen Menschen verlangen, sich äußern und anfechten.',
    shows: [
      'welche Entscheidungen das System allein traf und welche ein Mensch ansehen sollte',
      'dass ein Mensch eine Entscheidung ansah, bestätigte oder umkehrte',
    ],
    cannotShow: [
      'Ob eine Entscheidung rechtliche oder ähnlich gewichtige Folgen hat.',
      'Ob ein Vertrag, ein Gesetz oder eine Einwilligung sie erlaubt.',
      'Ob der Mensch, der hinsah, das Ergebnis ändern konnte und mehr tat als nicken.',
    ],
  },
  'gdpr-30': {
    title: 'Verzeichnis von Verarbeitungstätigkeiten',
    asks: 'Schriftlich festhalten, was verarbeitet wird, wofür, über wen, wer es erhält, wie lange und wie es geschützt wird.',
    shows: [
      'welche Systeme, Dienstleister, Werkzeuge und Quellen am Werk waren: um das Verzeichnis daran zu messen',
      'die Fristen, die zugesagt wurden, und was nach ihnen entfernt wurde',
    ],
    cannotShow: [
      'Das Verzeichnis selbst: Zwecke, Kategorien von Daten und Menschen, Empfänger, Übermittlungen.',
      'Verarbeitung, die keinen Beleg hinterlässt.',
    ],
  },
}

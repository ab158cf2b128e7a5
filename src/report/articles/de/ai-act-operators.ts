/** German for Regulation (EU) 2024/1689, Articles 17 to 20, 26 and 27. */
import type { ProvisionText } from '../types.js'

const deployers = 'Pflichten der Betreiber von Hochrisiko-KI-Systemen'

/** By id of the provision. */
export const germanOperators: { readonly [id: string]: ProvisionText } = {
  'ai-act-17': {
    title: 'Qualitätsmanagementsystem',
    asks: 'Ein schriftliches System von Regeln, Verfahren und Anweisungen zur Qualität haben, von Entwurf und Änderung bis zu Beobachtung, Vorfällen und Zuständigkeiten.',
    shows: [
      'dass Änderungen aufgezeichnet wurden, als sie vorgenommen wurden',
      'dass benannte Richtlinien und Einstellungen wirkten, Fall für Fall',
      'wie auf Aufzeichnungen und Schlüssel geachtet wurde',
    ],
    cannotShow: [
      'Die Regeln, Verfahren und Anweisungen selbst.',
      'Wer in der Organisation wofür zuständig ist.',
      'Was bei Entwurf, Entwicklung und Test geschah.',
    ],
  },
  'ai-act-18': {
    title: 'Aufbewahrung der Dokumentation',
    asks: 'Die technische Dokumentation, die Unterlagen zum Qualitätsmanagement, Papiere notifizierter Stellen und die Konformitätserklärung zehn Jahre für die Behörden bereithalten.',
    shows: ['dass es einen Bericht mit diesem Hashwert an jenem Tag gab'],
    cannotShow: [
      'Die Dokumente: In diesem Artikel geht es um Papiere, nicht um Protokolle.',
      'Dass etwas zehn Jahre lang aufbewahrt wird.',
    ],
  },
  'ai-act-19': {
    title: 'Automatisch erzeugte Protokolle',
    asks: 'Als Anbieter die Protokolle, über die man verfügt, so lange aufbewahren, wie es der Zweck verlangt, mindestens sechs Monate.',
    shows: [
      'wie weit die Belege ohne Lücke in ihren Nummern zurückreichen',
      'wie lange die Kette sie aufzubewahren versprach',
      'was nach welcher Zeit und weshalb entfernt und was von der Entfernung zurückgehalten wurde',
    ],
    cannotShow: [
      'Protokolle, die außerhalb dieser Ketten geführt werden.',
      'Ob sechs Monate für den Zweck genügen oder anderes Recht mehr oder weniger verlangt.',
      'Kopien und Sicherungen.',
    ],
  },
  'ai-act-20': {
    title: 'Korrekturmaßnahmen und Informationspflicht',
    asks: 'Wenn das System der Verordnung nicht entspricht oder ein Risiko birgt: es sofort korrigieren, zurücknehmen, abschalten oder zurückrufen und die Betroffenen informieren.',
    shows: [
      'dass das System angehalten oder wieder aufgenommen wurde, und wann',
      'was danach geändert wurde, oder dass das System außer Betrieb ging',
      'welche Fälle als fehlerhaft vermerkt wurden, und wann',
    ],
    cannotShow: [
      'Dass Händler, Betreiber, Einführer und Behörden informiert wurden.',
      'Ob die Ursache gefunden wurde und die Korrektur genügte.',
    ],
  },
  'ai-act-26-5': {
    title: deployers,
    asks: 'Als Betreiber das System anhand der Betriebsanleitung überwachen, Risiken und schwerwiegende Vorfälle melden und die Verwendung aussetzen, wo es ein Risiko bergen könnte.',
    shows: [
      'was es zu überwachen gab',
      'dass Menschen Fälle ansahen oder die Verwendung ausgesetzt oder wieder aufgenommen wurde',
      'Vorfälle, die vermerkt wurden, und wann',
      'Berichte, die über die Belege erstellt wurden, und wann',
    ],
    cannotShow: [
      'Ob die Betriebsanleitung befolgt wurde.',
      'Dass Anbieter, Einführer oder Händler und die Behörden informiert wurden.',
    ],
  },
  'ai-act-26-6': {
    title: deployers,
    asks: 'Als Betreiber die Protokolle, über die man verfügt, so lange aufbewahren, wie es der Zweck verlangt, mindestens sechs Monate.',
    shows: [
      'wie weit die Belege ohne Lücke in ihren Nummern zurückreichen',
      'wer sie aufzubewahren versprach, und für wie lange',
      'was nach welcher Zeit und weshalb entfernt und was von der Entfernung zurückgehalten wurde',
    ],
    cannotShow: [
      'Protokolle, die außerhalb dieser Ketten geführt werden, etwa beim Anbieter.',
      'Ob sechs Monate für den Zweck genügen oder anderes Recht mehr oder weniger verlangt.',
    ],
  },
  'ai-act-27': {
    title: 'Grundrechte-Folgenabschätzung für Hochrisiko-KI-Systeme',
    asks: 'Vor der ersten Verwendung prüfen öffentliche Stellen, private Anbieter öffentlicher Dienste und Betreiber bei Kreditwürdigkeit, Lebens- und Krankenversicherung, was das System für Grundrechte bedeutet.',
    shows: [
      'in welcher Zeit, wie oft und wofür das System verwendet wurde: um es an der Abschätzung zu messen',
      'wie sich Ergebnisse auf Gruppen verteilten, wo Gruppen festgehalten wurden',
      'ob die Aufsicht so stattfand, wie sie beschrieben war',
    ],
    cannotShow: [
      'Die Abschätzung selbst, und dass sie vor der ersten Verwendung stattfand.',
      'Dass der Behörde ihre Ergebnisse mitgeteilt wurden.',
      'Ob der Betreiber zu denen gehört, die sie vornehmen müssen.',
    ],
  },
}

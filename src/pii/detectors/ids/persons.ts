/** All schemes for persons. */
import { asiaPacificAfrica } from './asia-pacific-africa.js'
import { benelux } from './benelux.js'
import { britishIsles } from './british-isles.js'
import { centralEuropeBalkans } from './central-europe-balkans.js'
import { east } from './east.js'
import { france } from './france.js'
import { germanyAustriaSwitzerland } from './germany-austria-switzerland.js'
import { iberia } from './iberia.js'
import { italyMaltaGreeceCyprus } from './italy-malta-greece-cyprus.js'
import { latinAmerica } from './latin-america.js'
import { nordicBaltic } from './nordic-baltic.js'
import { northAmerica } from './north-america.js'
import type { Scheme } from './scheme.js'

/** Numbers that a state gives to one person. */
export const persons: readonly Scheme[] = [
  ...northAmerica,
  ...latinAmerica,
  ...britishIsles,
  ...germanyAustriaSwitzerland,
  ...benelux,
  ...france,
  ...iberia,
  ...italyMaltaGreeceCyprus,
  ...nordicBaltic,
  ...centralEuropeBalkans,
  ...east,
  ...asiaPacificAfrica,
]

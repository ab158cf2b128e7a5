import { edgeCases } from './edge-cases.js'
import { verdict, refusal } from './reference-ed25519.js'
console.time('gen'); const c = edgeCases(); console.timeEnd('gen'); console.log(c.length)
console.time('ref'); const v = c.map(x=>verdict(x.publicKey,x.message,x.signature)); console.timeEnd('ref'); console.log(c.filter((_,i)=>v[i]).map(x=>x.name))
const m:Record<string,number>={}; for(const x of c){const r=String(refusal(x.publicKey)); m[r]=(m[r]??0)+1}; console.log(m)

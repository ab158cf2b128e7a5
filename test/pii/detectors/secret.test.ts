import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secret } from '../../../src/pii/detectors/secret.js'
import { createFinder } from '../../../src/pii/find.js'
import { scan } from '../../../src/pii/haystack.js'
import { reportsOf, spansOf } from '../support.js'

/** Invented values: random in form, the same at each run, and never whole in this file. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const b = (length: number): string => {
  let state = 12_345
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return BASE62[(state >> 8) % 62]
  }).join('')
}
const h = (length: number): string =>
  Array.from({ length }, (_, i) => '0123456789abcdef'[(i * 7 + i * i * 3 + i * i * i) % 16]).join('')
const U = (length: number): string =>
  b(length * 2)
    .toUpperCase()
    .replace(/[^A-Z2-7]/g, '')
    .slice(0, length)
const L = (length: number): string =>
  b(length * 4)
    .replace(/\d/g, '')
    .slice(0, length)
const J = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = `${J({ alg: 'HS256', typ: 'JWT' })}.${J({ sub: '1234567890', name: 'x' })}.${b(43)}`
const pem = `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${b(64)}\n${b(64)}\n${b(20)}==\n-----END RSA ${'PRIVATE'} KEY-----`

/** The values that are to be found stand between « and ». */
const found: readonly string[] = [
  `token «ghp_${b(36)}» leaked.`,
  `GITHUB_TOKEN=«ghs_${b(36)}»`,
  `"«github_pat_${b(22)}_${b(59)}»"`,
  `(«glpat-${b(20)}»)`,
  `key «AKIA${U(16)}».`,
  `AKIA: «${'AKIA'}IOSFODNN7EXAMPLE» secret: «${b(20)}/${b(10)}+${b(8)}»`,
  `aws_secret_access_key = «${b(40)}»`,
  `«AIza${b(35)}»`,
  `«xoxb-123456789012-1234567890123-${b(24)}»`,
  `«https://hooks.slack.com/${'services'}/T01ABCDEF/B01ABCDEF/${b(24)}»`,
  `«sk_live_${b(24)}»`,
  `«whsec_${b(32)}»`,
  `«SG.${b(22)}.${b(43)}»`,
  `«npm_${b(36)}»`,
  `«pypi-AgEIcHlwaS5vcmc${b(80)}»`,
  `«dckr_pat_${b(27)}»`,
  `«hvs.${b(24)}»`,
  `VAULT_TOKEN=«s.${b(24)}»`,
  `«dop_v1_${h(64)}»`,
  `«shpat_${h(32)}»`,
  `bot «123456789:AA${b(33)}»`,
  `«MT${b(22)}.G${b(5)}.${b(38)}»`,
  `«dapi${h(32)}»`,
  `«ATATT3xFfGF0${b(100)}»`,
  `«lin_api_${b(40)}»`,
  `«ntn_${b(46)}»`,
  `«figd_${b(40)}»`,
  `«sbp_${h(40)}»`,
  `«PMAK-${h(24)}-${h(34)}»`,
  `«glsa_${b(32)}_${h(8)}»`,
  `«NRAK-${U(27)}»`,
  `«sk-proj-${b(48)}»`,
  `«sk-${b(20)}T3BlbkFJ${b(20)}»`,
  `«sk-ant-api03-${b(95)}»,`,
  `«hf_${b(34)}»`,
  `«r8_${b(37)}»`,
  `«gsk_${b(52)}»`,
  `«xai-${b(80)}»`,
  `«pplx-${b(48)}»`,
  `«sk-or-v1-${h(64)}»`,
  `«lsv2_pt_${h(32)}_${h(10)}»`,
  `«${jwt}»`,
  `Authorization: Bearer «${jwt}»`,
  `authorization: bearer «${b(32)}»`,
  `Authorization: Basic «${Buffer.from('aladdin:opensesame').toString('base64')}»`,
  `curl -H 'X-API-Key: «${b(32)}»' https://x`,
  `«${pem}»`,
  `key = "«${pem.replaceAll('\n', '\\n')}»"`,
  `see «-----BEGIN PRIVATE KEY-----\n${b(64)}\n${b(64)}»`,
  `«postgres://app:s3cr3t@db.internal:5432/prod»`,
  `DATABASE_URL=«mysql://root:hunter2@localhost/x».`,
  `«mongodb+srv://u:p%40ss@c0.abc.mongodb.net/?w=majority»`,
  `«redis://:Passw0rd@cache:6379/0»`,
  `«amqp://guest:guest@mq:5672/%2f»`,
  `<«https://user:pass@example.com/x»>`,
  `«jdbc:postgresql://h/db?user=u&password=Zx81k»`,
  `«jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=Sq1pass»`,
  `"«Server=db1;Database=app;User Id=sa;Password=Qw3rty!9;»"`,
  `«DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${b(86)}==;EndpointSuffix=core.windows.net»`,
  `My password is «Tr0ub4dor&3».`,
  `the password is «hunter2»`,
  `password: «hunter2»`,
  `Das Passwort lautet «Sommer2024!»`,
  `Passwort: «Geh3im!99»`,
  `mot de passe : «Soleil#42»`,
  `Le mot de passe est «Soleil42x»`,
  `contraseña: «Perro2023»`,
  `La contraseña es «Perro2023$»`,
  `wachtwoord: «Fiets!123»`,
  `Het wachtwoord is «Fiets123»`,
  `La password è «Ciao2024»`,
  `DB_PASSWORD=«sunshine»`,
  `"password": "«sunshine»"`,
  `{"password":"«p@ssw0rd»"}`,
  `pwd=«Abc12345»`,
  `mysql -u root -p«S3cretPw»`,
  `mysql -u root -p'«S3cretPw1»'`,
  `cli --password «hunter2!» --verbose`,
  `--api-key «${b(24)}»`,
  `api_key: «${b(24)}»`,
  `apiKey = "«${h(32)}»"`,
  `client_secret=«${b(40)}»&grant_type=x`,
  `https://x.test/a?token=«${b(20)}»&z=1`,
  `Cookie: sessionid=«${b(32)}»; theme=dark`,
  `Set-Cookie: JSESSIONID=«${h(32).toUpperCase()}»; Path=/`,
  `<password>«Tr0ub4dor»</password>`,
  `| password | «Tr0ub4dor&3» |`,
  `export OPENAI_API_KEY='«${b(40)}»'`,
  `curl -u alice:«s3cr3tpw» https://x`,
  `username: admin\npassword: «letmein»\n`,
  `password for the admin account is «Xk7!pq92»`,
  `API key for production: «${b(32)}»`,
  `«Xk7!pq92z» is your new password`,
  `**Password:** «Xk7pq92z»`,
  `**Password**: \`«Xk7pq92z»\``,
  `Mistral API key: «${b(32)}»`,
  `COHERE_API_KEY="«${b(40)}»"`,
  `password reset, new password: «Wint3r2024»`,
  `\\"password\\":\\"«Wint3r2024»\\"`,
  `client secret «abc8Q~${b(34)}»`,
  `AGE: «AGE-SECRET-KEY-1${U(58)}»`,
  `Clave: «Madrid2024»`,
  `the token is «${b(24)}».`,
  `API-Schlüssel: «${b(24)}»`,
  `clé API : «${b(24)}»`,
  `chiave API: «${b(24)}»`,
  `API-sleutel: «${b(24)}»`,
  `X-Auth-Token: «${h(40)}»`,
  `spring.datasource.password=«changeit1»`,
  `PGPASSWORD=«qwerty12» psql`,
  `secret: «${h(64)}»`,
  `passphrase: "«correct horse battery staple»"`,
  `session_token=«${b(40)}»`,
  `- name: DB_PASSWORD\n  value: "«Wint3r2024»"`,
  `password = "«Wint3r2024»"`,
  `User: bob, Password: «Xy12345z», Host: db`,
  `Login mit Benutzer anna und Passwort «Blume!77x»`,
  `$env:API_TOKEN = "«${b(30)}»"`,
  `my PIN password: «482913»`,
  `Please use the password '«Tr0ub4dor»' to log in`,
  `Passwort für das WLAN: «Sonnenblume_2023»`,
  `Kennwort lautet: «Xk7pq92z»`,
  `access_token: «ya29.${b(60)}»`,
  `passwd: «abc123», uid 7`,
  `machine h login u password «Xk7pq92z»`,
  `redis-cli -a «Xk7pq92z» ping`,
  `//registry.npmjs.org/:_authToken=«npm_${b(36)}»`,
  `"private_key": "«-----BEGIN PRIVATE KEY-----\\n${b(64)}\\n${b(64)}\\n-----END PRIVATE KEY-----»\\n"`,
  `Wi-Fi password = «Blue-Lake-77»`,
  `I changed my password to «Tr1cky_99»`,
  `The secret key is «${h(40)}», keep it`,
  `"token":"«${b(8)}1a2b»"`,
  `ssh -i x; sshpass -p '«Fo0barX»' ssh h`,
  `password "«Tr0ub4dor»"`,
  `Passwort ist «hallo123»`,
  `Hi team, the staging DB creds are user=svc_app password=«q8V!rT2#zL» — please rotate.`,
  `Hallo Jonas, das neue WLAN-Passwort ist «Kaffee-Tasse-99».`,
  `Bonjour, voici le mot de passe temporaire : «Xk7pq92z», merci`,
  `Votre mot de passe provisoire est «Pq8-zz!1»`,
  `Su contraseña temporal es «Qw3rty-55».`,
  `La tua password temporanea è «Zz81!kkP».`,
  `Je tijdelijke wachtwoord is «Fiets!123».`,
  `Temporary password: «Xk7pq92z»`,
  `Your one-time password is «Xk7pq92z»`,
  `Zugangsdaten: Benutzer: mia, Passwort: «Xk7pq92z»`,
  `login: root / password: «toor123»`,
  `user: admin, pass: «Adm1n!23»`,
  `username=bob&password=«hunter42»&remember=1`,
  `{"user":"bob","password":"«hunter42»","token":null}`,
  `password='«hunter42»'`,
  `ENV DB_PASS=«S3cure.Pass»`,
  `DB_PASS: «S3cure_Pass1»`,
  `export AWS_SECRET_ACCESS_KEY="«${b(20)}/${b(19)}»"`,
  `aws_session_token=«${b(100)}==»`,
  `"aws_secret_access_key": "«${b(38)}/+»"`,
  `2024-05-01 10:00:00 ERROR login failed user=bob password=«hunter42» ip=10.0.0.1`,
  `time=… level=debug msg="auth" token=«${b(32)}» user=9`,
  `Authorization: Token «${h(40)}»`,
  `-H "Authorization: Bearer «${b(40)}»"`,
  `'Authorization': 'Bearer «${b(40)}»'`,
  `headers = {"X-Api-Key": "«${b(32)}»"}`,
  `x-api-key: «${b(32)}»`,
  `openai.api_key = "«sk-${b(48)}»"`,
  `ANTHROPIC_API_KEY=«sk-ant-api03-${b(40)}-${b(40)}»`,
  `const client = new Client({ apiKey: '«${h(32)}»' })`,
  `--token=«${b(30)}»`,
  `--password='«hunter42»'`,
  `api-key «${b(30)}»`,
  `| API key | «${b(32)}» |`,
  `| Passwort | «Xk7pq92z» |`,
  `<add key="Password" value="«Xk7pq92z»" />`,
  `<apiKey>«${b(32)}»</apiKey>`,
  `Password for bob@example.com: «Xk7!pq92»`,
  `password (temporary): «Xk7pq92z»`,
  `Passwort (bitte ändern): «Xk7pq92z»`,
  `use the token «${b(24)}» to authenticate`,
  `here's my key: «sk-${b(48)}»`,
  `Meine API-Key ist «${b(30)}»`,
  `Mon token d'accès est «${b(30)}»`,
  `mi clave de API es «${b(30)}»`,
  `la mia chiave API è «${b(30)}»`,
  `mijn API-sleutel is «${b(30)}»`,
  `"«Server=tcp:db.example.com,1433;Initial Catalog=app;User ID=sa;Password=Xk7!pq92;Encrypt=True;»"`,
  `conn = "«Data Source=h;User Id=u;Pwd=Xk7pq92z»"`,
  `DATABASE_URL="«postgresql://app_user:Xk7%21pq92@db.prod.example.com:5432/app?sslmode=require»"`,
  `(«mongodb://admin:Xk7pq92z@h1:27017,h2:27017/db?replicaSet=rs0»)`,
  `REDIS_URL: «rediss://default:${b(20)}@cache.example.com:6380»`,
  `git clone «https://oauth2:glpat-${b(20)}@gitlab.com/x/y.git»`,
  `«ftp://bob:hunter42@ftp.example.com/pub»`,
  `Cookie: theme=dark; PHPSESSID=«${h(26)}»`,
  `connect.sid=«s%3A${b(32)}.${b(43)}»`,
  `refresh_token: «1//0${b(60)}»`,
  `client_secret: «GOCSPX-${b(28)}»`,
  `TWILIO_AUTH_TOKEN=«${h(32)}»`,
  `HEROKU_API_KEY=«12345678-abcd-4ef0-9abc-1234567890ab»`,
  `DD_API_KEY=«${h(32)}»`,
  `MAILGUN: «key-${h(32)}»`,
  `discord: «MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.${b(38)}»`,
  `TELEGRAM_TOKEN=«123456789:AAE${b(32)}»`,
  `«https://api.telegram.org/bot123456789:AAE${b(32)}/getMe»`,
  `Der Patient meldet sich mit Passwort "«Xk7pq92z»" an.`,
  `secret_key_base: «${h(128)}»`,
  `SECRET_KEY = '«django-insecure-${b(50)}»'`,
  `jwt_secret=«mySup3rS3cret!»`,
  `encryption key: «${b(43)}=»`,
  `Passphrase lautet: «grün-Haus-7-blau»`,
  `My login is bob and my password is «Hunter-2x», thanks!`,
  `my pw is «hunter42»`,
  `pw: «hunter42»`,
  `PW: «hunter42»`,
  `my pass is «Hunter42!»`,
  `Mot de passe: «Xk7pq92z»
Merci`,
  `the wifi password: «Sunny-Day-42»`,
  `password -> «Xk7!pq92»`,
  `password => '«Xk7pq92z»',`,
  `:password => "«Xk7pq92z»"`,
  `password: "«Xk7pq92z»", # todo`,
  `db.password=«Xk7pq92z»`,
  `Password=«Xk7pq92z»`,
  `PASSWORD = '«Xk7pq92z»'`,
  `"Passwort": "«Geheim123»"`,
  `root password set to «Xk7pq92z»`,
  `set password to «Xk7!pq92»`,
  `I reset your password to «Xk7pq92z»`,
  `Passwort auf «Xk7pq92z» geändert`,
  `Password: «P@ssw0rd»`,
  `Password: «correcthorse1»`,
  `Basic «${Buffer.from('bob:hunter42').toString('base64')}»`,
  `STRIPE_KEY=«sk_test_${b(24)}»`,
  `Token: «${b(20)}»`,
  `access token «${b(40)}» expires soon`,
  `Hugging Face token hf: «hf_${b(34)}»`,
  `«xoxp-1234567890-1234567890-1234567890-${h(32)}»`,
  `Azure: «DefaultEndpointsProtocol=https;AccountName=acmestore;AccountKey=${b(86)}==»`,
  `SharedAccessKey=«${b(43)}=»`,
  `«Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${b(43)}=»`,
  `https://acct.blob.core.windows.net/c?sv=2022-11-02&sig=«${b(43)}%3D»`,
  `X-Amz-Signature=«${h(64)}»`,
  // letters only, behind a prefix
  `cli login --token «hf_${L(34)}»`,
  `the key «AKIA${L(16).toUpperCase()}» was in the dump`,
  `(«glpat-${L(20)}»)`,
  `leaked «ghp_${L(36)}».`,
  `NPM=«npm_${L(36)}»`,
  `«sk_live_${L(24)}»`,
  `SHOP=«shpss_${b(32)}»`,
  // words between the name and the value
  'guest wifi password: «bluebird2019»',
  'pw for the wifi: «bluebird2019»',
  'pw für den Drucker: «toner2020»',
  'mdp imprimante : «Canon-4500»',
  'mdp wifi = «petit-loup-12»',
  'contraseña provisional "«Girasol-31»"',
  'contraseña nueva → «Girasol-31»',
  'clave de la alarma: «Sevilla-77»',
  'password provvisoria: «Prova-2024»',
  'ww van de scanner is «hagel99slag»',
  'tijdelijk wachtwoord voor het portaal: «Welkom01!»',
  'pw router «modem88x»',
  'WLAN-Schlüssel: «Apfel-baum-7»',
  'WPA2 key: «sunny-kitchen-table-4»',
  'Password:\n  «Toner-blau-17»\n',
  // what people say
  'I forgot my password. It used to be «Rosebud1941» I think',
  'The old password was «Autumn2018!», the new one is «Autumn2019!».',
  'my password is «correct-horse-7-battery» and i cant log in',
  "Le mot de passe du wifi c'est «chaton2015»",
  'Passwort vom NAS war glaub ich «Synology!22»',
  'the password might be «rumpel7stilz»',
  'la password è «azzurri2006»',
  'het ww is «fietsbel77» groetjes',
  'log in with password «Haring-met-ui-7»',
  'The network is "Cabin", password "«snowshoe44»".',
  "my password's «monkey99bars»",
  'the password is «tOYGqoaxVgJG», keep it',
  'Passwort: «Apfel&Birne»',
  'The shared password has been «design4all» since May',
  'Clé wifi : «8F3A9C2D71»',
  'utilisateur admin, contraseña «Olivo!Verde3»',
  'La tua password è stata cambiata in «Sole&Mare22»',
  "ALTER USER app PASSWORD '«el3phant»';",
  // numbers
  'PIN: «4471»',
  'PIN for the safe: «4471»',
  'die Pin vom Handy ist «2580».',
  'il pin della carta è «31415»',
  'De pincode van de kluis is «55812»',
  'Enter PIN «6612» at the gate',
  'the password is «902817»',
  // code and settings
  `CREATE USER 'a'@'%' IDENTIFIED BY '«${b(24)}»'`,
  "CREATE LOGIN app WITH PASSWORD = N'«Str0ng&Stable»'",
  `secretKeyBase: «${h(128)}»`,
  `requirepass «${b(32)}»`,
  "auth = HTTPBasicAuth('svc', '«b4sic-Auth7»')",
  'client.login("bot@example.com", "«gm4il-app-pw»")',
  `'Authorization': 'OAuth oauth_token="«${b(24)}»"'`,
  `private_key: «0x${h(64)}»`,
  // the sign of emphasis belongs to the value unless one stands open before it
  'Das Passwort ist «oddctf56CB*», nicht weitergeben.',
  'Passwort: *«oddctf56CB»*, bitte',
  '**Password: «oddctf56CB»**',
  '* Password: «oddctf56CB*»',
]

const left: readonly string[] = [
  'password: reset',
  'the token is valid',
  'secret: none',
  'password: <password>',
  `password=\${TOKEN}`,
  'password=********',
  'password: xxxx',
  'password=changeme',
  'api_key="your-api-key-here"',
  'token=null',
  'password: None',
  'token: process.env.TOKEN',
  'password: [SECRET]',
  '[SECRET:hmac:kdnbpcajfmgeohil]',
  'password [SECRET:hmac:kdnbpcajfmgeohil]',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'id 123e4567-e89b-12d3-a456-426614174000',
  `sha256:${h(64)}`,
  'max_tokens=4096',
  'token count: 812',
  'tokens: 4096',
  'next_page_token: abcDEF123456xyz',
  'Secret Santa list: 12 people',
  'the password must contain 8-16 characters',
  'password length: 12chars',
  'Password expires in 30days',
  'Passwort vergessen? Ticket AB-12345',
  'password reset ticket number is INC0012345',
  `public key: ${b(40)}`,
  'primary key: user_123',
  'cache_key: user:123:profile',
  'key: value1',
  'monkey: abc123def456',
  'Your password has been changed on 2024-05-01 at 10:22',
  'password policy version 2.3.1',
  'The secret to success is hard work',
  'type="password"',
  '"password": "string"',
  '"token": "refresh"',
  'secretName: my-app-tls-2',
  'tokenization: gpt4-turbo',
  'bearer of passport X12345678',
  'Bearer token required',
  'the API key is v2',
  'key is 256-bit',
  'password is bcrypt-hashed with cost 12',
  'postgres://localhost:5432/app',
  'https://user@host.example/',
  `postgres://user:\${DB_PASSWORD}@host/db`,
  'postgres://user:<password>@h/db',
  'https://example.com:8080/@foo',
  '"password": "Enter your password"',
  'password: a***@c***.com',
  'token_type: Bearer',
  'password_hash: none',
  'export TOKEN=$GITHUB_TOKEN',
  'password = os.environ["DB_PASSWORD"]',
  'const password = getPassword()',
  'password = config.password',
  'apiKey: this.apiKey',
  'api_key: YOUR_API_KEY',
  'secret: "<your-secret>"',
  'token: {{ token }}',
  'boarding pass: ABC123XYZ',
  'session: 4f9d2c',
  'Session ID: 123e4567-e89b-12d3-a456-426614174000',
  'etag: "33a64df551425fcc55e4d42a148795d9f25f89d4"',
  'data-testid="token-list-2"',
  'order A4111111111111111B',
  'trace 4bf92f3577b34da6a3ce929d0e0e4736',
  'class="sk-fading-circle1 sk-cube2"',
  `-----BEGIN PUBLIC KEY-----\n${b(64)}\n-----END PUBLIC KEY-----`,
  'starts with -----BEGIN PRIVATE KEY----- and',
  'passwordless login v2',
  'Passwords: 3 changed',
  'password=%PASSWORD%',
  'token: https://example.com/token1',
  'ssl_key: /etc/ssl/private/key1.pem',
  'tls private key: /run/secrets/key-2',
  'Session ID: 42',
  'I forgot my password, my order number is AB12345678',
  'the password for user42 expired',
  'Token 3fa of 4',
  'password: ***',
  'Passwort: falsch',
  'Ihr Passwort wurde am 12.03.2024 geändert',
  'mot de passe oublié ?',
  'Le token expire dans 30min',
  'csrf: true',
  'API key: required',
  'api key rotation: 2024-05',
  'Password strength: strong8',
  'token budget is 128k',
  'context window 200k tokens',
  'access key: Alt+F4',
  'shortcut key: Ctrl+Shift+P',
  'private key algorithm: ES256',
  'secret ingredient: 2 cups',
  'Key: ABC-1234',
  'Kundenschlüssel 12345A',
  'password: required,min:8',
  "password: 'nullable|string|min:8'",
  'pass: 12, fail: 3',
  'tests pass 12abc',
  'Pass: 98.5%',
  'token="..."',
  'password: "•••••••"',
  'author: token.user1',
  'secret = Secret.new(1)',
  'wpa_passphrase=<psk1>',
  'Le mot de passe doit contenir 8caractères',
  'token=eyJ...',
  'JWT eyJhbGciOi... truncated',
  'the password field id is #pwd1field',
  'password2',
  'Password must be >=8 chars',
  "password: don't know",
  'password: N/A',
  'secret sauce v2.0',
  'Bearer <token>',
  'Authorization: Bearer $TOKEN1',
  'Authorization: Basic <credentials>',
  'sk-SK locale',
  'Authorization: none',
  'token, 2024-05-01T10:22:33Z, ok',
  'password,name\n',
  'key=abc123def4567890',
  'The passcode policy is ISO27001-2013',
  'clave de la solución es MD5',
  'user token is expired since 10:22',
  'token id: tok_123456789012',
  'The new token standard ERC20 is live',
  'The password must be changed every 90days.',
  'Der Token ist bis 12.05.2024 gültig.',
  'Bitte setzen Sie Ihr Passwort zurück: https://x.example/reset?id=12345',
  'Click here to reset your password: https://x.example/reset',
  'Your password was changed on iPhone14,2',
  'The secret is out: Q3 revenue up 12%',
  'key findings: 3 of 10 patients',
  'Key-Account-Manager: Herr Müller',
  'The API returned 401',
  'max tokens: 8192, temperature: 0.7',
  'Prompt tokens: 1523, completion tokens: 311',
  'total_tokens=1834',
  'token limit is 8k',
  'the bearer token expired after 3600s',
  'session: started 10:22',
  'Session 2024A begins Monday',
  'sid=42',
  'Order number: AB-123456-X',
  'Invoice INV-2024-00123',
  'ISBN 978-3-16-148410-0',
  'version=1.2.3-beta.4',
  'build: 20240501.3',
  'sha1: da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'md5=d41d8cd98f00b204e9800998ecf8427e',
  'git checkout 1a2b3c4d5e6f',
  'uuid: 550e8400-e29b-41d4-a716-446655440000',
  'request_id=req_8f7s6d5f4a3s',
  'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'ETag: W/"abc123def456"',
  'If-None-Match: "686897696a7c876b7e"',
  'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
  'integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA',
  'Tracking 1Z999AA10123456784',
  'flight LH1234 at 10:40',
  'secretary: Anna2',
  'Secret Service agent 007',
  'the key to room 12b',
  'Keyboard shortcut: Ctrl+K',
  'keynote at 10:30',
  'public_key=MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 bob@host',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE',
  'key_id: 1a2b3c4d5e',
  'kid: abc123def456',
  '"alg":"HS256","kid":"2024-01"',
  'keyword: foo123bar',
  'monkey=abc123xyz',
  'passenger: ABC123',
  'passport: X1234567',
  'Passau 94032',
  'compass: N45',
  'pass 2 of 3',
  'passed 12/14 tests',
  'bypass: route66',
  'password manager 1Password8',
  'use Bitwarden or 1Password',
  'password_min_length: 12',
  'password-reset-token expired',
  'show_password: true',
  'hasPassword: false',
  'password field: #login-pw1',
  'passwordFile: /run/secrets/pw1',
  'password_file=/etc/app/pw1.txt',
  'token_endpoint: https://auth.example/token',
  'token_url=https://x/y1',
  'secret_id: projects/x/secrets/y1',
  'secretKeyRef: db-creds-1',
  'secretRef: my-secret-2',
  'existingSecret: app-secrets-v2',
  'accessTokenLifetime: 3600s',
  'credentials: include',
  'credentials: same-origin',
  'credentials: "include"',
  'auth: { username, password }',
  '(password: string, salt: string)',
  'password: z.string().min(8)',
  'password = request.form["password"]',
  'token = jwt.encode(payload1)',
  'if (token === undefined1)',
  'const token = await getToken(user1)',
  'token = tokens[0]',
  'api_key=os.getenv("API_KEY1")',
  'apiKey: process.env.OPENAI_API_KEY!',
  `api_key: \${{ secrets.API_KEY1 }}`,
  'password: !vault |',
  'PASSWORD_HASH=none',
  'Enter password: ',
  'Password:',
  'Password: \nUsername: bob',
  'Repeat password: Submit',
  'Passwort: bitte beim Admin erfragen',
  'mot de passe : voir ci-dessous',
  'contraseña: la misma de siempre',
  'wachtwoord: zie bijlage',
  'password: same as last time (2023)',
  'Password: see ticket ABC-123',
  'Password: sent via SMS at 10:22',
  'API key: see 1Password',
  'token: see README.md',
  'token: n/a',
  'secret: true',
  'cookie: yes',
  'Cookie: theme=dark; lang=en',
  'Set-Cookie: consent=accepted2024; Path=/',
  'session_id=none',
  'session-id: 12',
  'SID: S-1-5-21-3623811015-3361044348-30300820-1013',
  'sessions: 12abc',
  'the secret code is in section 4b',
  'The magic token was +1/+1',
  'design token: color-blue-500',
  '--color-token: blue-500',
  'token: color.blue.500',
  '$token: #ff00aa',
  'CSS key: value2',
  'primary_key=user_id2',
  'Key Stage 2',
  'API key rotated 2024-05-01T10:22:33Z',
  'API key prefix: sk-',
  'starts with ghp_',
  'the sk-ant- prefix',
  'AKIA is the prefix',
  'JWT format: header.payload.signature',
  'Authorization header missing (401)',
  'Authorization: required',
  'Proxy-Authorization: Basic',
  'Basic understanding required2',
  'Basic HTML5 course',
  'bearer-token v2',
  'https://example.com/login?redirect=/home2',
  'ftp://ftp.example.com:21/pub',
  'mailto:bob@example.com?subject=x1',
  'redis://cache:6379/0',
  'amqp://mq:5672',
  'http://user@example.com:8080/',
  'ssh://git@github.com:22/x/y.git',
  'postgres://app@db:5432/x',
  'postgres://USER:PASSWORD@HOST:5432/DB',
  'mysql://user:****@h/db',
  'https://user:***@h/x',
  'https://[SECRET]@h/x',
  '[SECRET]',
  'token: [SECRET_1], password: [SECRET_2]',
  'license key: none',
  'Schlüssel 4711 liegt beim Portier',
  'Hotel key: 412B',
  'Clave de sol en 4/4',
  'Clave: 2',
  'Llave 13mm',
  'Der Schlüsselwert lag bei 12,5',
  'code: ABC123',
  'PIN: siehe Brief',
  'pw reset',
  'Geheimtipp: Bar25',
  'Das Geheimnis ist 3x täglich üben',
  'secret: Uint8Array',
  'const passphrase = await ask()',
  'const pass = (insist: boolean) => 1',
  // types and names of programs
  'secret: Uint8Array | Buffer',
  'def connect(password: Optional[str] = None, token: Union[str, bytes] = b"")',
  'function login(user: string, password: SecretStr<Utf8>): Promise<Token2>',
  'function create(algorithm: Types, password: BinaryLike, options: More)',
  'const f = (password: TArg<Uint8Array>): void => {}',
  'token = nextVisitorToken++; key = 1',
  'private readonly apiKey: ApiKeyV2',
  'token: Tok.LBRACE1,',
  'password: PasswordSchema.min8,',
  'password: {type: String, minlength: 8}',
  'type Credentials = BasicCredentials | OAuth2Credentials;',
  'Credentials = SignWithCredentials;',
  '"auth_provider_x509_cert_url": "none"',
  'const pass = !this.result.issues || 1',
  'const pass = exists && (args.length === 1)',
  'pass = receivedDiff < expectedDiff;',
  'user, password = split\n',
  'password = auth[2]',
  'pw = pw[:-1]',
  'my $pass = $assert->{pass};',
  'my $pwd  = Some::anycwd();',
  'if (newpassword !== confirmedpassword) {',
  "CHALLENGE_PASSWORD: 'challengePassword'",
  "TOKEN_HEADER = 'x-aws-ec2-metadata-token'",
  "PWD: '/home/someone/project2'",
  "password = '%s:%s'",
  'Authorization: AWS4-HMAC-SHA256 Credential=…',
  "return this.authenticate('CRAM-MD5', more)",
  "ww: 'weeks', addToken('ww', match1to2)",
  'pass --debug-nghttp2 to configure',
  'passwd\t1:4.13+dfsg1-1+deb12u1',
  'The --username and --password options were removed',
  // prose
  'The password is base64-encoded-utf8',
  'Password changed by: user42',
  'The API key\n- dd5fd43: feature',
  'Your new password combination.\n\nR5: Regulatory--21',
  'Conf call: 2pm, PIN 4471#, meeting 12',
  'GPIO pin: 17, LED pin: 13',
  'pin code 560001 Bangalore',
  'The password "password123" is banned by our policy.',
  'Please use the password reset-link-2 below',
  'hf_someVeryLongNameOfSomeFunctionThatDoes',
  'AKIAISNOTAPREFIX',
  'sk-FadingCircleAnimationContainer',
]

const marked = (text: string) => {
  const values: { start: number; end: number }[] = []
  let plain = ''
  for (const sign of text) {
    if (sign === '«') values.push({ start: plain.length, end: 0 })
    else if (sign === '»') (values.at(-1) as { end: number }).end = plain.length
    else plain += sign
  }
  return { plain, values }
}

const finder = createFinder({
  detectors: [secret()],
  threshold: 0.5,
  budgetMs: 600_000,
  preview: ({ type }) => `[${type}]`,
})
const scanned = (text: string) => scan(text, '', { step() {} })
const resolved = (text: string) =>
  finder.find(text, { hint: '', machine: false }).map(({ start, end }) => ({ start, end }))

describe('SECRET', () => {
  it.each(found)('finds %s', (text) => {
    const { plain, values } = marked(text)
    expect(resolved(plain)).toEqual(values)
  })

  it.each(left)('leaves %s', (text) => {
    expect(spansOf(secret(), text)).toEqual([])
  })

  it.each(found)('finds nothing in what redaction leaves of %s', (text) => {
    for (const placeholder of ['[SECRET]', '[SECRET_1]', '[SECRET:hmac:kdnbpcajfmgeohil]', '********'])
      expect(spansOf(secret(), text.replace(/«[^»]*»/g, placeholder))).toEqual([])
  })

  it.each([
    ['(', ')'],
    ['[', ']'],
    ['"', '"'],
    ["'", "'"],
    ['`', '`'],
    ['<td>', '</td>'],
    ['a,', ',b'],
    ['{"x":"', '"}'],
    ['see ', '.'],
    ['\\n', '\\n'],
    ['https://x.test/?t=', '&z=1'],
    ['**', '**'],
  ])('finds a token between %s and %s', (open, close) => {
    for (const token of [`ghp_${b(36)}`, `sk-proj-${b(48)}`, jwt, `AKIA${U(16)}`])
      expect(resolved(`${open}${token}${close}`)).toEqual([{ start: open.length, end: open.length + token.length }])
  })

  it.each([
    'Mot de passe (temporaire) : « {Bienvenue!23} »',
    'Le mot de passe de la boîte est « {Tournesol-44} ».',
    'Votre mot de passe : «\u202f{Lavande&Miel7}\u202f», à changer',
    'mot de passe provisoire « {Tournesol-44} »',
  ])('leaves the guillemets and their spaces out: %s', (text) => {
    const start = text.indexOf('{')
    expect(resolved(text.replace(/[{}]/g, ''))).toEqual([{ start, end: text.indexOf('}') - 1 }])
  })

  it('finds no token inside of a longer word', () => {
    for (const token of [`ghp_${b(36)}`, `hf_${b(34)}`, `AKIA${U(16)}`, `dapi${h(32)}`])
      expect(spansOf(secret(), `x${token}`)).toEqual([])
    expect(spansOf(secret(), `AKIA${U(16)}B`)).toEqual([])
  })

  it('is surer where the checksum of GitHub holds', () => {
    // Thirty characters and their CRC-32 in base 62, worked out with another implementation (zlib of Python).
    const body = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5'
    const right = `ghp_${body}0smkjE`
    expect(reportsOf(secret(), right).map(({ score }) => score)).toEqual([0.99])
    const sign = right.at(-1) === '0' ? '1' : '0'
    expect(reportsOf(secret(), right.slice(0, -1) + sign).map(({ score }) => score)).toEqual([0.9])
  })

  it('takes a JWT by its header only', () => {
    expect(spansOf(secret(), `${J({ typ: 'JWT', kid: 'no algorithm here' })}.${J({ sub: 1 })}.${b(43)}`)).toEqual([])
    expect(spansOf(secret(), `eyJub3QganNvbiBhdCBhbGw.${b(20)}.${b(43)}`)).toEqual([])
  })

  it('takes the whole of a member whose name tells', () => {
    expect(spansOf(secret(), ' Tr0ub4dor&3 ', 'db password')).toMatchObject([{ start: 1, end: 12 }])
    expect(spansOf(secret(), b(24), 'api key')).toHaveLength(1)
    for (const hint of ['home phone', 'password policy', 'cache key'])
      expect(spansOf(secret(), b(24), hint)).toEqual([])
  })

  it('looks a bounded number of times, whatever the text', () => {
    for (const part of [
      'password ',
      'password: ',
      'pwd="',
      'api_key=',
      'pwd=x1y2z3;',
      'eyJ1.',
      '-----BEGIN PRIVATE KEY-----',
      'a1b2c3 ',
    ]) {
      const seen = [1, 2].map((times) => {
        let steps = 0
        const text = part.repeat(500 * times)
        const step = () => {
          steps += 1
        }
        secret().find({ ...scanned(text), step }, () => {})
        return steps
      })
      expect(seen[1]).toBeLessThanOrEqual((seen[0] as number) * 2 + 8)
    }
  })

  it('reports only what lies in the text, and nothing new once that is replaced', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        'password',
        ' is ',
        ': ',
        '=',
        '"',
        "'",
        'token',
        'Bearer ',
        'ghp_',
        b(36),
        'Xk7!pq92',
        '://',
        'u:p1@h',
        ';',
        '\n',
        '[SECRET]',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        for (const { start, end } of reportsOf(secret(), text)) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
        }
        let replaced = ''
        let from = 0
        for (const { start, end } of resolved(text)) {
          replaced += `${text.slice(from, start)}[SECRET]`
          from = end
        }
        replaced += text.slice(from)
        expect(resolved(replaced)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('private keys', () => {
  const kind = ['PRIVATE', 'KEY'].join(' ')
  const begin = `-----BEGIN ${kind}-----`
  const end = `-----END ${kind}-----`
  const key = [b(64), b(64), `${b(18)}0==`]
  const long = Array.from({ length: 400 }, () => b(64))
  const behind = (prefix: string, ...more: readonly string[]) => [begin, ...key, ...more].join(`\n${prefix}`)
  const prefixes = ['> ', '| ', '# ', '2024-05-01T10:00:00.123Z app[12]: ', '0: ', '  * ', '// ']

  it.each([
    ...prefixes.flatMap((prefix) => [
      `«${behind(prefix)}»\nand then prose`,
      `«${behind(prefix, end)}»\nand then prose`,
    ]),
    `8: «${[begin, ...key].map((line, index) => `${index + 8}: ${line}`.replace(/^8: /, '')).join('\n')}»\n`,
    `«${begin}\n# the key of the staging server\n${key.join('\n')}»\n\nprose`,
    `«${begin}\n\n${key.join('\n')}»\n\nprose`,
    `«${begin}\n \n\n${key.join('\r\n')}\n${end}»`,
    `«${begin}<br>${key.join('<br>')}»<br>text`,
    `<p>«${begin}<br/>\n${key.join('<br/>\n')}<br/>${end}»</p>`,
    `«-----BEGIN  ${kind}-----\n${key.join('\n')}»`,
    `«-----BEGIN RSA  PRIVATE  KEY-----\n${key.join('\n')}\n-----END RSA  PRIVATE  KEY-----»`,
    `«–––––BEGIN ${kind}–––––\n${key.join('\n')}\n–––––END ${kind}–––––»`,
    `«—–BEGIN ${kind}—–\n${key.join('\n')}»`,
    `«---- BEGIN SSH2 ENCRYPTED ${kind} ----\nComment: "rsa-key"\n${key.join('\n')}\n---- END SSH2 ENCRYPTED ${kind} ----»`,
    `«---- BEGIN SSH2 ENCRYPTED ${kind} ----\nComment: "rsa-key"\n${key.join('\n')}»\n`,
    `«${[begin, 'Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${'0A'.repeat(16)}`, '', ...key].join('\n> ')}»\n`,
    `"«${begin}\\n${b(10)}\\/${b(53)}\\n${b(64)}\\n${end}»\\n"`,
    `x «${begin}\n${long.join('\n')}\n${end}» y`,
    `x «${begin}\n${long.join('\n')}» y`,
    `x «${begin}\n${long.join('')}» y`,
    `«${begin}\nhello, this is the old one of which nothing more is known\n${key.join('\n')}»\n«${begin}\n${key.join('\n')}\n${end}»\nmore ${'that goes on '.repeat(30)}\n${end}`,
    `starts with ${begin} and some_identifier follows ThisIsACamelCaseWord/In/A/Path\n`,
  ])('takes the whole block, and nothing more in a second pass: %s', (text) => {
    const { plain, values } = marked(text)
    expect(resolved(plain)).toEqual(values)
    let left = plain
    for (const { start, end: to } of [...values].reverse()) left = `${left.slice(0, start)}[SECRET]${left.slice(to)}`
    expect(resolved(left)).toEqual([])
  })
})

describe('masked values', () => {
  const masks = [
    '2001:****:****:*',
    '192.*.*.*',
    'a***@c***.com',
    '*** *** **12',
    'DE** **** … 00',
    '**** **** **** 1111',
    '**:**:**:**:**:5e',
    'A***',
  ]
  const places = [
    (value: string) => `password=${value}`,
    (value: string) => `password: ${value}`,
    (value: string) => `password: "${value}"`,
    (value: string) => `the password is ${value}`,
    (value: string) => `api_key=${value}`,
    (value: string) => `PIN: ${value}`,
    (value: string) => `pw ${value} x`,
    (value: string) => `curl -u bob:${value} https://h.example`,
    (value: string) => `mysql -p${value}`,
    (value: string) => `Server=a;Password=${value};`,
    (value: string) => `https://u:${value}@h.example/`,
    (value: string) => `${value} is your new password`,
  ]
  it.each(masks)('are no secrets: %s', (mask) => {
    for (const place of places) expect(spansOf(secret(), place(mask))).toEqual([])
    expect(spansOf(secret(), mask, 'db password')).toEqual([])
  })
})

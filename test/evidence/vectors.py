"""Judges many chains, packages and signatures in one process: a list of what to judge as JSON on stdin, the results as JSON on stdout."""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
if "--without-cryptography" in sys.argv:
    verify.Ed25519PublicKey = None


def signature(asked):
    data, signed = (bytes.fromhex(asked[name]) for name in ("message", "signature"))
    if "mlDsa44" in asked:
        return verify.ml_dsa_verifies(bytes.fromhex(asked["mlDsa44"]), data, signed)
    spki = verify.Parts(verify.der_of(bytes.fromhex(asked["spki"])))
    key = verify.authority_key(verify.Algorithm(spki.any()), verify.whole_bits_in(spki.any()))
    return verify.check_signature(verify.Algorithm(verify.der_of(bytes.fromhex(asked["algorithm"]))), key, data, signed)


def judge(asked):
    if "signature" in asked:
        return signature(asked)
    keyring = asked.get("keyring")
    trusted = None if keyring is None else verify.keyring_of(verify.Reader().read(json.dumps(keyring)))
    with open(asked["file"], "rb") as file:
        if "options" in asked:
            return verify.judge_chain(verify.chunks_of(file), trusted, asked["options"])
        try:
            policy = verify.Policy(verify.Reader().read(asked.get("policy", "{}")))
        except verify.Wrong:
            return {"refused": True}
        return verify.judge_package(file, trusted, policy, asked.get("now"))


json.dump([judge(asked) for asked in json.load(sys.stdin)], sys.stdout)

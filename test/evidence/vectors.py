"""Judges many chains and packages in one process: a list of what to judge as JSON on stdin, the results as JSON on stdout."""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
if "--without-cryptography" in sys.argv:
    verify.Ed25519PublicKey = None


def judge(asked):
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

// Checks envelopes with libraries that are not ours, and makes one: `check FOLDER`.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	in_toto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/veraison/go-cose"
	"google.golang.org/protobuf/encoding/protojson"
)

type key struct {
	id     string
	public ed25519.PublicKey
}

func (k key) Verify(_ context.Context, data, sig []byte) error {
	if ed25519.Verify(k.public, data, sig) {
		return nil
	}
	return fmt.Errorf("wrong signature")
}
func (k key) KeyID() (string, error)   { return k.id, nil }
func (k key) Public() crypto.PublicKey { return k.public }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(os.Args[1], name))
		must(err)
		return content
	}
	public := ed25519.PublicKey(read("public"))
	verifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, public)
	must(err)

	var statement cose.Sign1Message
	must(statement.UnmarshalCBOR(read("statement")))
	must(statement.Verify(nil, verifier))
	if !bytes.Equal(statement.Payload, read("line")) {
		must(fmt.Errorf("another payload"))
	}
	fmt.Println("statement: the payload is the line")

	var receipt cose.Sign1Message
	must(receipt.UnmarshalCBOR(read("receipt")))
	if receipt.Payload != nil {
		must(fmt.Errorf("the payload is not detached"))
	}
	receipt.Payload = read("root")
	must(receipt.Verify(nil, verifier))
	fmt.Printf("receipt: the root is signed, the label 395 is %v\n", receipt.Headers.Protected[int64(395)])

	var envelope dsse.Envelope
	must(json.Unmarshal(read("dsse.json"), &envelope))
	checker, err := dsse.NewEnvelopeVerifier(key{string(read("kid")), public})
	must(err)
	_, err = checker.Verify(context.Background(), &envelope)
	must(err)
	payload, err := envelope.DecodeB64Payload()
	must(err)
	var about in_toto.Statement
	must(protojson.Unmarshal(payload, &about))
	must(about.Validate())
	fmt.Printf("dsse: in-toto statement about %d subject\n", len(about.Subject))

	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, ed25519.NewKeyFromSeed(read("seed")))
	must(err)
	theirs := cose.NewSign1Message()
	theirs.Headers.Protected.SetAlgorithm(cose.AlgorithmEdDSA)
	theirs.Headers.Protected[cose.HeaderLabelKeyID] = read("kid")
	theirs.Headers.Protected[cose.HeaderLabelContentType] = "application/json"
	theirs.Headers.Protected[int64(15)] = map[any]any{int64(1): "https://other.example", int64(2): "x"}
	theirs.Payload = read("line")
	must(theirs.Sign(rand.Reader, nil, signer))
	content, err := theirs.MarshalCBOR()
	must(err)
	must(os.WriteFile(filepath.Join(os.Args[1], "theirs"), content, 0o600))
}

// Command witnessinterop is a log that somebody else wrote: it keeps its tree with golang.org/x/mod/sumdb/tlog, signs with
// golang.org/x/mod/sumdb/note, asks a witness over HTTP, and judges its cosignatures with filippo.io/torchwood.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tree struct {
	hashes []tlog.Hash
	size   int64
}

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		if index >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("no hash at %d", index)
		}
		found = append(found, t.hashes[index])
	}
	return found, nil
}

func (t *tree) add(leaf string) error {
	more, err := tlog.StoredHashes(t.size, []byte(leaf), t)
	if err != nil {
		return err
	}
	t.hashes = append(t.hashes, more...)
	t.size++
	return nil
}

// branch is a tree of size leaves, of which those from keep on are the branch's own.
func branch(size, keep int64, name string) (*tree, error) {
	t := &tree{}
	for i := int64(0); i < size; i++ {
		leaf := fmt.Sprintf("leaf %d", i)
		if i >= keep {
			leaf = fmt.Sprintf("%s %d", name, i)
		}
		if err := t.add(leaf); err != nil {
			return nil, err
		}
	}
	return t, nil
}

type step struct {
	Size int64  `json:"size"`
	Keep int64  `json:"keep"`
	Old  int64  `json:"old"`
	Name string `json:"name"`
}

type request struct {
	URL     string `json:"url"`
	Log     string `json:"log"`
	LogVkey string `json:"logVkey"`
	Witness string `json:"witness"`
	Steps   []step `json:"steps"`
}

type answer struct {
	Status      int    `json:"status"`
	ContentType string `json:"contentType"`
	Body        string `json:"body"`
	// Verified is whether torchwood takes the cosignature.
	Verified bool  `json:"verified"`
	Time     int64 `json:"time"`
	// Monitored is whether the witness serves a checkpoint that note and torchwood take, and of which size.
	Monitored int64 `json:"monitored"`
}

func run(in request) ([]answer, error) {
	signer, err := note.NewSigner(in.Log)
	if err != nil {
		return nil, err
	}
	logVerifier, err := note.NewVerifier(in.LogVkey)
	if err != nil {
		return nil, err
	}
	witness, err := torchwood.NewCosignatureVerifier(in.Witness)
	if err != nil {
		return nil, err
	}
	answers := []answer{}
	for _, s := range in.Steps {
		t, err := branch(s.Size, s.Keep, s.Name)
		if err != nil {
			return nil, err
		}
		root, err := tlog.TreeHash(t.size, t)
		if err != nil {
			return nil, err
		}
		text := torchwood.Checkpoint{Origin: signer.Name(), Tree: tlog.Tree{N: t.size, Hash: root}}.String()
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return nil, err
		}
		var body bytes.Buffer
		fmt.Fprintf(&body, "old %d\n", s.Old)
		if s.Old > 0 && s.Old < t.size {
			proof, err := tlog.ProveTree(t.size, s.Old, t)
			if err != nil {
				return nil, err
			}
			for _, h := range proof {
				fmt.Fprintf(&body, "%s\n", base64.StdEncoding.EncodeToString(h[:]))
			}
		}
		body.WriteString("\n")
		body.Write(signed)
		response, err := http.Post(in.URL+"/add-checkpoint", "text/plain", &body)
		if err != nil {
			return nil, err
		}
		got, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, err
		}
		a := answer{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type"), Body: string(got)}
		if a.Status == 200 {
			opened, err := note.Open(append(signed, got...), note.VerifierList(logVerifier, witness))
			a.Verified = err == nil && len(opened.Sigs) == 2 && len(opened.UnverifiedSigs) == 0
			if a.Verified {
				a.Time, err = torchwood.CosignatureTimestamp(opened.Sigs[1])
				if err != nil {
					return nil, err
				}
			}
		}
		if a.Monitored, err = monitored(in.URL, signer.Name(), note.VerifierList(logVerifier, witness)); err != nil {
			return nil, err
		}
		answers = append(answers, a)
	}
	return answers, nil
}

func main() {
	var in request
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	answers, err := run(in)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
	os.Exit(1)
}

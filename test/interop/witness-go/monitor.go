package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// monitored gives the size of the newest checkpoint that the witness serves for a log; 0 where it serves none.
func monitored(url, origin string, known note.Verifiers) (int64, error) {
	response, err := http.Get(fmt.Sprintf("%s/%x/checkpoint", url, sha256.Sum256([]byte(origin))))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode == 404 {
		return 0, nil
	}
	served, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	opened, err := note.Open(served, known)
	if err != nil {
		return 0, err
	}
	if len(opened.Sigs) != 2 {
		return 0, fmt.Errorf("%d signatures hold, not 2", len(opened.Sigs))
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return 0, err
	}
	return checkpoint.N, nil
}

// Command interop answers one request on stdin with one answer on stdout, both JSON. It has what other people wrote for the
// formats of transparency logs: golang.org/x/mod/sumdb/note and tlog, and filippo.io/torchwood.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index int64    `json:"index"`
	Leaf  []byte   `json:"leaf"`
	Proof [][]byte `json:"proof"`
}

type consistency struct {
	First int64    `json:"first"`
	Root  []byte   `json:"root"`
	Proof [][]byte `json:"proof"`
}

type request struct {
	Op          string        `json:"op"`
	Note        string        `json:"note"`
	Vkeys       []string      `json:"vkeys"`
	Witnesses   []string      `json:"witnesses"`
	Text        string        `json:"text"`
	Name        string        `json:"name"`
	Witness     string        `json:"witness"`
	Seed        []byte        `json:"seed"`
	Leaves      [][]byte      `json:"leaves"`
	Size        int64         `json:"size"`
	Root        []byte        `json:"root"`
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
	Dir         string        `json:"dir"`
}

type verified struct {
	Name string `json:"name"`
	Time int64  `json:"time,omitempty"`
}

type answer struct {
	Text        string        `json:"text,omitempty"`
	Verified    []verified    `json:"verified,omitempty"`
	Unverified  int           `json:"unverified"`
	Note        string        `json:"note,omitempty"`
	Vkey        string        `json:"vkey,omitempty"`
	WitnessVkey string        `json:"witnessVkey,omitempty"`
	Size        int64         `json:"size"`
	Root        []byte        `json:"root,omitempty"`
	Entries     [][]byte      `json:"entries,omitempty"`
	Inclusion   []inclusion   `json:"inclusion,omitempty"`
	Consistency []consistency `json:"consistency,omitempty"`
	Files       []string      `json:"files,omitempty"`
	Error       string        `json:"error,omitempty"`
}

func hashOf(bytes []byte) (hash tlog.Hash, err error) {
	if len(bytes) != tlog.HashSize {
		return hash, fmt.Errorf("a hash has %d bytes", len(bytes))
	}
	return tlog.Hash(bytes), nil
}

func hashesOf(list [][]byte) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, bytes := range list {
		hash, err := hashOf(bytes)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func bytesOf(hashes []tlog.Hash) [][]byte {
	list := [][]byte{}
	for _, hash := range hashes {
		list = append(list, append([]byte(nil), hash[:]...))
	}
	return list
}

func openNote(in request) (out answer, err error) {
	verifiers := []note.Verifier{}
	for _, vkey := range in.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return out, err
		}
		verifiers = append(verifiers, verifier)
	}
	witnesses := map[string]bool{}
	for _, vkey := range in.Witnesses {
		verifier, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			return out, err
		}
		witnesses[verifier.Name()] = true
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(in.Note), note.VerifierList(verifiers...))
	if err != nil {
		return out, err
	}
	out.Text = opened.Text
	out.Unverified = len(opened.UnverifiedSigs)
	for _, sig := range opened.Sigs {
		one := verified{Name: sig.Name}
		if witnesses[sig.Name] {
			if one.Time, err = torchwood.CosignatureTimestamp(sig); err != nil {
				return out, err
			}
		}
		out.Verified = append(out.Verified, one)
	}
	return out, nil
}

// makeNote signs a text as the log Name and cosigns it as Witness, both with the key of Seed.
func makeNote(in request) (out answer, err error) {
	private := ed25519.NewKeyFromSeed(in.Seed)
	out.Vkey, err = note.NewEd25519VerifierKey(in.Name, private.Public().(ed25519.PublicKey))
	if err != nil {
		return out, err
	}
	id := strings.Split(out.Vkey, "+")[1]
	key := base64.StdEncoding.EncodeToString(append([]byte{1}, in.Seed...))
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", in.Name, id, key))
	if err != nil {
		return out, err
	}
	witness, err := torchwood.NewCosignatureSigner(in.Witness, private)
	if err != nil {
		return out, err
	}
	out.WitnessVkey = witness.Verifier().String()
	signed, err := note.Sign(&note.Note{Text: in.Text}, signer, witness)
	out.Note = string(signed)
	return out, err
}

func checkProofs(in request) (out answer, err error) {
	root, err := hashOf(in.Root)
	if err != nil {
		return out, err
	}
	for _, one := range in.Inclusion {
		proof, err := hashesOf(one.Proof)
		if err != nil {
			return out, err
		}
		if err := tlog.CheckRecord(proof, in.Size, root, one.Index, tlog.RecordHash(one.Leaf)); err != nil {
			return out, fmt.Errorf("leaf %d: %w", one.Index, err)
		}
	}
	for _, one := range in.Consistency {
		proof, err := hashesOf(one.Proof)
		if err != nil {
			return out, err
		}
		first, err := hashOf(one.Root)
		if err != nil {
			return out, err
		}
		if err := tlog.CheckTree(proof, in.Size, root, one.First, first); err != nil {
			return out, fmt.Errorf("first %d: %w", one.First, err)
		}
	}
	return out, nil
}

// stored is a tree in memory.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		hashes[at] = s[index]
	}
	return hashes, nil
}

func treeOf(leaves [][]byte) (tree stored, err error) {
	for index, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(index), leaf, tree)
		if err != nil {
			return nil, err
		}
		tree = append(tree, hashes...)
	}
	return tree, nil
}

// prove makes the proofs that are asked for, whatever the hashes come from.
func prove(in request, size int64, hashes tlog.HashReader) (out answer, err error) {
	for _, one := range in.Inclusion {
		proof, err := tlog.ProveRecord(size, one.Index, hashes)
		if err != nil {
			return out, err
		}
		out.Inclusion = append(out.Inclusion, inclusion{Index: one.Index, Proof: bytesOf(proof)})
	}
	for _, one := range in.Consistency {
		proof, err := tlog.ProveTree(size, one.First, hashes)
		if err != nil {
			return out, err
		}
		first, err := tlog.TreeHash(one.First, hashes)
		if err != nil {
			return out, err
		}
		out.Consistency = append(out.Consistency, consistency{First: one.First, Root: first[:], Proof: bytesOf(proof)})
	}
	root, err := tlog.TreeHash(size, hashes)
	out.Size, out.Root = size, root[:]
	return out, err
}

func makeProofs(in request) (answer, error) {
	tree, err := treeOf(in.Leaves)
	if err != nil {
		return answer{}, err
	}
	return prove(in, int64(len(in.Leaves)), tree)
}

// makeTiles writes every tile and bundle of a tree.
func makeTiles(in request) (out answer, err error) {
	tree, err := treeOf(in.Leaves)
	if err != nil {
		return out, err
	}
	put := func(tile tlog.Tile, data []byte) error {
		path := torchwood.TilePath(tile)
		out.Files = append(out.Files, path)
		file := filepath.Join(in.Dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, data, 0o644)
	}
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, int64(len(in.Leaves))) {
		data, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			return out, err
		}
		if err := put(tile, data); err != nil {
			return out, err
		}
		if tile.L > 0 {
			continue
		}
		bundle := []byte{}
		for at := range tile.W {
			if bundle, err = torchwood.AppendTileEntry(bundle, in.Leaves[tile.N*torchwood.TileWidth+int64(at)]); err != nil {
				return out, err
			}
		}
		tile.L = -1
		if err := put(tile, bundle); err != nil {
			return out, err
		}
	}
	return out, nil
}

// tiles reads a folder of static files.
type tiles string

func (t tiles) Height() int                                { return torchwood.TileHeight }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	list := [][]byte{}
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(string(t), filepath.FromSlash(torchwood.TilePath(tile))))
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

// readTiles opens the checkpoint of a folder, makes proofs out of its tiles and reads every entry.
func readTiles(in request) (out answer, err error) {
	signed, err := os.ReadFile(filepath.Join(in.Dir, "checkpoint"))
	if err != nil {
		return out, err
	}
	verifier, err := note.NewVerifier(in.Vkeys[0])
	if err != nil {
		return out, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return out, err
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return out, err
	}
	reader := tlog.TileHashReader(checkpoint.Tree, tiles(in.Dir))
	if out, err = prove(in, checkpoint.N, reader); err != nil {
		return out, err
	}
	for first := int64(0); first < checkpoint.N; first += torchwood.TileWidth {
		width := int(min(torchwood.TileWidth, checkpoint.N-first))
		tile := tlog.Tile{H: torchwood.TileHeight, L: -1, N: first / torchwood.TileWidth, W: width}
		data, err := tiles(in.Dir).ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return out, err
		}
		rest := data[0]
		for at := range int64(width) {
			var entry []byte
			if entry, rest, err = torchwood.ReadTileEntry(rest); err != nil {
				return out, err
			}
			hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, first+at)})
			if err != nil {
				return out, err
			}
			if hashes[0] != tlog.RecordHash(entry) {
				return out, fmt.Errorf("entry %d is not its leaf", first+at)
			}
			out.Entries = append(out.Entries, entry)
		}
		if len(rest) > 0 {
			return out, fmt.Errorf("bytes are left over behind entry %d", first+int64(width))
		}
	}
	return out, nil
}

func main() {
	ops := map[string]func(request) (answer, error){
		"openNote":    openNote,
		"makeNote":    makeNote,
		"checkProofs": checkProofs,
		"makeProofs":  makeProofs,
		"makeTiles":   makeTiles,
		"readTiles":   readTiles,
	}
	var in request
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	out, err := ops[in.Op](in)
	if err != nil {
		out.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}

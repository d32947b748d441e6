// Checks the head of a pack with Go's own packages for checksum databases:
// go run note_and_tlog.go PACK. They were written for another log and know nothing of ours.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	pack := os.Args[1]
	checkpoint := read(pack, "checkpoint")
	var known []note.Verifier
	keys, err := filepath.Glob(filepath.Join(pack, "keys", "*.vkey"))
	must(err)
	for _, key := range keys {
		text, err := os.ReadFile(key)
		must(err)
		verifier, err := note.NewVerifier(strings.TrimSpace(string(text)))
		must(err)
		known = append(known, verifier)
	}
	opened, err := note.Open(checkpoint, one{known})
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)

	headers := bytes.Split(bytes.TrimSuffix(read(pack, "headers.txt"), []byte("\n")), []byte("\n"))
	sigs := bytes.Split(bytes.TrimSuffix(read(pack, "sigs.txt"), []byte("\n")), []byte("\n"))
	if int64(len(headers)) != size || len(headers) != len(sigs) {
		fail("%d headers and %d signatures under a head of %d", len(headers), len(sigs), size)
	}
	reader := tlog.TileHashReader(tree, tiles(pack))
	for i := range headers {
		leaf := tlog.RecordHash([]byte(string(headers[i]) + "\n" + string(sigs[i])))
		proof, err := tlog.ProveRecord(size, int64(i), reader)
		must(err)
		if err := tlog.CheckRecord(proof, size, tree.Hash, int64(i), leaf); err != nil {
			fail("entry %d: %v", i+1, err)
		}
	}
	half, err := tlog.TreeHash(size/2, reader)
	must(err)
	proof, err := tlog.ProveTree(size, size/2, reader)
	must(err)
	must(tlog.CheckTree(proof, size, tree.Hash, size/2, half))
	fmt.Printf("%d entries under the head of %s\n", size, opened.Sigs[0].Name)
}

// The devices of a ledger sign under one name and with keys of their own.
type one struct{ known []note.Verifier }

func (it one) Verifier(name string, hash uint32) (note.Verifier, error) {
	for _, verifier := range it.known {
		if verifier.Name() == name && verifier.KeyHash() == hash {
			return verifier, nil
		}
	}
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}

// Tiles lie where C2SP tlog-tiles puts them, which leaves out the height.
type tiles string

func (pack tiles) Height() int { return 8 }

func (pack tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tlog/tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(pack), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (pack tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func read(pack, name string) []byte {
	data, err := os.ReadFile(filepath.Join(pack, name))
	must(err)
	return data
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(words string, more ...any) {
	fmt.Fprintf(os.Stderr, words+"\n", more...)
	os.Exit(1)
}

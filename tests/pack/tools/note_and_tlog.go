// Checks the head of a pack with Go's own packages for checksum databases:
// go run note_and_tlog.go PACK. They were written for another log and know nothing of ours.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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
		device := strings.TrimSuffix(filepath.Base(key), ".vkey")
		known = append(known, verifier, cosignerOf(strings.TrimSpace(string(text)), device))
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
	if int64(len(headers)) < size || len(headers) != len(sigs) {
		fail("%d headers and %d signatures under a head of %d", len(headers), len(sigs), size)
	}
	// What was recorded after the last slot stands under no head.
	headers = headers[:size]
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
	fmt.Printf("%d entries under the head of %s, %d cosigned\n", size, opened.Sigs[0].Name, len(opened.Sigs)-1)
}

// A device that saw a head signs its text with the time (C2SP tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (it cosigner) Name() string    { return it.name }
func (it cosigner) KeyHash() uint32 { return it.hash }

func (it cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seen := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(it.key, []byte(seen), sig[8:])
}

// The cosigner of the device whose vkey this is: its name has the device behind the log's.
func cosignerOf(vkey, device string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	name := parts[0] + "/" + device
	hash := sha256.Sum256(append([]byte(name+"\n\x04"), key[1:]...))
	return cosigner{name, binary.BigEndian.Uint32(hash[:]), key[1:]}
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

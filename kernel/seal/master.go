package seal

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// masterMark begins every line of a master key file, with the version of its form.
const masterMark = "linghang-master-1"

const masterSize = 32

// master is one master key. Its print names it without telling it.
type master struct {
	print string
	key   []byte
}

func newMaster() (master, error) {
	key := make([]byte, masterSize)
	if _, err := rand.Read(key); err != nil {
		return master{}, fmt.Errorf("make master key: %w", err)
	}
	return masterOf(key), nil
}

func masterOf(key []byte) master {
	sum := sha256.Sum256(append([]byte("linghang master key "), key...))
	return master{hex.EncodeToString(sum[:8]), key}
}

func (m master) line() string {
	return masterMark + " " + base64.StdEncoding.EncodeToString(m.key) + "\n"
}

// readMasters reads a master key file: one key a line, the one in force first.
func readMasters(path string) ([]master, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("the master key file %s can be read by everybody on this machine; `chmod 600` it", path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	list, err := parseMasters(data)
	if err != nil {
		return nil, fmt.Errorf("master key file %s: %w", path, err)
	}
	return list, nil
}

func parseMasters(data []byte) ([]master, error) {
	var list []master
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		encoded, ok := strings.CutPrefix(text, masterMark+" ")
		if !ok {
			return nil, fmt.Errorf("line %d does not begin with %s", n, masterMark)
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != masterSize {
			return nil, fmt.Errorf("line %d is not a master key of %d bytes", n, masterSize)
		}
		list = append(list, masterOf(key))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	if len(list) == 0 {
		return nil, errors.New("there is no key in it")
	}
	return list, nil
}

// writeMasters puts the keys in place of whatever the file holds, at once and
// for good.
func writeMasters(path string, list []master, fresh bool) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make directory of the master key: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".master-*") // 0600
	if err != nil {
		return fmt.Errorf("write master key: %w", err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // it was renamed away when all went well
	var text strings.Builder
	text.WriteString("# The master key of a Linghang installation. Whoever has it and the database reads every secret.\n")
	for _, m := range list {
		text.WriteString(m.line())
	}
	_, err = tmp.WriteString(text.String())
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write master key: %w", err)
	}
	// A fresh file never replaces one that another process made meanwhile.
	place := os.Rename
	if fresh {
		place = os.Link
	}
	err = place(tmp.Name(), path)
	if fresh && errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("place master key: %w", err)
	}
	d, err := os.Open(dir) //nolint:gosec // the directory of the file above
	if err != nil {
		return fmt.Errorf("open directory of the master key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Package archive keeps backups in a directory that may lie with strangers:
// encrypted with age, in pieces named by a keyed hash of their content, so that
// a piece that is there already is not written again.
//
//	linghang-backup.json   the format, the archive's id and its public key: the only plain file
//	key.age                the archive's own secrets, for the passphrase or for the recipients
//	pieces/ab/ab…          content, compressed and encrypted to the archive's key
//	backups/<id>           one list of pieces each, sealed with the archive's secret
//	lock                   held by whoever adds or prunes
//
// The machine that makes backups keeps the name secret and the public key, and
// so can add to the archive but not read it.
package archive

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
)

// format is what this program writes; it reads no newer one.
const format = 1

const (
	labelFile = "linghang-backup.json"
	keyFile   = "key.age"
)

// label is what is plain about an archive.
type label struct {
	Format    int    `json:"format"`
	ID        string `json:"id"`
	Recipient string `json:"recipient"`
}

// secrets are what key.age holds.
type secrets struct {
	Identity string `json:"identity"`
	Naming   string `json:"naming"`
}

// Lock is who can open an archive: exactly one of both.
type Lock struct {
	Passphrase string
	Recipients []string // age1…
}

// Key opens an archive: a passphrase, or the text of an age identity file.
type Key struct {
	Passphrase string
	Identities string
}

// Writer adds to an archive.
type Writer struct {
	dir       string
	label     label
	naming    []byte
	recipient age.Recipient
	encoder   *zstd.Encoder
	lock      *os.File

	// Written and Reused count bytes before compression.
	Written, Reused int64
}

// Create makes an archive in a directory that is empty or does not exist. What
// the machine keeps to add to it later goes to the file memory.
func Create(dir, memory string, lock Lock) (*Writer, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look into the archive: %w", err)
	}
	if len(entries) > 0 {
		return nil, fault.New(fault.Conflict, "kernel.backup.foreign", "%s is no backup archive and not empty", dir).At("directory", "name an empty directory")
	}
	to, err := lock.recipients()
	if err != nil {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make archive key: %w", err)
	}
	naming := make([]byte, 32)
	_, _ = rand.Read(naming) // it never fails
	s := secrets{identity.String(), hex.EncodeToString(naming)}
	l := label{format, ulid.Make().String(), identity.Recipient().String()}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode archive key: %w", err)
	}
	sealed, err := encrypt(text, to...)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, keyFile), sealed); err != nil {
		return nil, err
	}
	if err := remember(memory, l, s); err != nil {
		return nil, err
	}
	plain, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode archive label: %w", err)
	}
	// The label comes last: a directory without it is no archive.
	if err := writeFile(filepath.Join(dir, labelFile), append(plain, '\n')); err != nil {
		return nil, err
	}
	return newWriter(dir, l, s)
}

func (l Lock) recipients() ([]age.Recipient, error) {
	if (l.Passphrase == "") == (len(l.Recipients) == 0) {
		return nil, fault.New(fault.Invalid, "kernel.backup.lock", "a new archive needs either a passphrase or recipients").
			At("passphrase-file", "name a file with a passphrase, or give --recipient age1…")
	}
	if l.Passphrase != "" {
		if len(l.Passphrase) < 12 {
			return nil, fault.New(fault.Invalid, "kernel.backup.passphrase", "the passphrase is shorter than 12 characters").At("passphrase-file", "choose a longer one")
		}
		r, err := age.NewScryptRecipient(l.Passphrase)
		if err != nil {
			return nil, fmt.Errorf("read passphrase: %w", err)
		}
		return []age.Recipient{r}, nil
	}
	var list []age.Recipient
	for _, text := range l.Recipients {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "kernel.backup.recipient", "%q is no age recipient: %v", text, err).At("recipient", "give the public key that age-keygen prints, age1…")
		}
		list = append(list, r)
	}
	return list, nil
}

// memory is what the machine keeps of an archive.
type memory struct {
	Recipient string `json:"recipient"`
	Naming    string `json:"naming"`
}

func remember(file string, l label, s secrets) error {
	text, err := json.Marshal(memory{l.Recipient, s.Naming})
	if err != nil {
		return fmt.Errorf("encode archive memory: %w", err)
	}
	return writeFile(filepath.Join(file, l.ID+".json"), text)
}

// Exists reports whether dir holds an archive.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, labelFile))
	return err == nil
}

// Append opens an archive that this machine made. The public key is the one
// remembered: whoever exchanges the label does not get the next backup.
func Append(dir, memoryDir string) (*Writer, error) {
	l, err := readLabel(dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(memoryDir, filepath.Base(l.ID)+".json")) //nolint:gosec // Base keeps the name in the directory
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Conflict, "kernel.backup.foreign", "the archive %s belongs to another installation, or to this one before it was restored", l.ID).
			At("directory", "name an empty directory for a new archive")
	}
	if err != nil {
		return nil, fmt.Errorf("read archive memory: %w", err)
	}
	var m memory
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("decode archive memory: %w", err)
	}
	if m.Recipient != l.Recipient {
		return nil, fault.New(fault.Conflict, "kernel.backup.exchanged", "the public key of archive %s is not the one it was made with", l.ID).
			At("directory", "find out who changed it; name an empty directory for a new archive")
	}
	return newWriter(dir, l, secrets{Naming: m.Naming})
}

func newWriter(dir string, l label, s secrets) (*Writer, error) {
	naming, err := hex.DecodeString(s.Naming)
	if err != nil {
		return nil, fmt.Errorf("read name secret: %w", err)
	}
	to, err := age.ParseX25519Recipient(l.Recipient)
	if err != nil {
		return nil, fmt.Errorf("read archive key: %w", err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	lock, err := hold(dir)
	if err != nil {
		return nil, err
	}
	return &Writer{dir: dir, label: l, naming: naming, recipient: to, encoder: enc, lock: lock}, nil
}

// Close lets others change the archive.
func (w *Writer) Close() error { return w.lock.Close() }

// ID names the archive.
func (w *Writer) ID() string { return w.label.ID }

// Put adds a piece and returns its name.
func (w *Writer) Put(data []byte) (string, error) {
	name := nameOf(w.naming, "piece", data)
	path := piecePath(w.dir, name)
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		w.Reused += int64(len(data))
		return name, nil
	}
	sealed, err := encrypt(w.encoder.EncodeAll(data, nil), w.recipient)
	if err != nil {
		return "", err
	}
	w.Written += int64(len(data))
	return name, writeFile(path, sealed)
}

// Seal adds a backup: a list of pieces in the caller's words. It counts from
// when Seal returns, and not before.
func (w *Writer) Seal(list []byte) (id string, err error) {
	id = ulid.Make().String()
	body := append([]byte(id+nameOf(w.naming, "backup "+id, list)), list...)
	sealed, err := encrypt(w.encoder.EncodeAll(body, nil), w.recipient)
	if err != nil {
		return "", err
	}
	return id, writeFile(filepath.Join(w.dir, "backups", id), sealed)
}

func nameOf(key []byte, kind string, data []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(kind + "\n"))
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil))
}

func piecePath(dir, name string) string { return filepath.Join(dir, "pieces", name[:2], name) }

// Reader reads an archive.
type Reader struct {
	dir      string
	naming   []byte
	identity age.Identity
	decoder  *zstd.Decoder
}

// Open opens an archive for reading.
func Open(dir string, key Key) (*Reader, error) {
	if _, err := readLabel(dir); err != nil {
		return nil, err
	}
	identities, err := key.identities()
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(filepath.Join(dir, keyFile)) //nolint:gosec // the archive that was named
	if err != nil {
		return nil, fmt.Errorf("read archive key: %w", err)
	}
	text, err := decrypt(sealed, identities...)
	if err != nil {
		return nil, fault.New(fault.Conflict, "kernel.backup.key", "the archive does not open with this key: %v", err).
			At("passphrase-file", "give the passphrase or the identity that the archive was made for")
	}
	var s secrets
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("decode archive key: %w", err)
	}
	naming, err := hex.DecodeString(s.Naming)
	if err != nil {
		return nil, fmt.Errorf("read name secret: %w", err)
	}
	own, err := age.ParseX25519Identity(s.Identity)
	if err != nil {
		return nil, fmt.Errorf("read archive key: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &Reader{dir, naming, own, dec}, nil
}

func (k Key) identities() ([]age.Identity, error) {
	if (k.Passphrase == "") == (k.Identities == "") {
		return nil, fault.New(fault.Invalid, "kernel.backup.key", "reading an archive needs either its passphrase or an identity").
			At("passphrase-file", "name a file with the passphrase, or give --identity-file")
	}
	if k.Passphrase != "" {
		id, err := age.NewScryptIdentity(k.Passphrase)
		if err != nil {
			return nil, fmt.Errorf("read passphrase: %w", err)
		}
		return []age.Identity{id}, nil
	}
	list, err := age.ParseIdentities(strings.NewReader(k.Identities))
	if err != nil {
		return nil, fault.New(fault.Invalid, "kernel.backup.key", "the identity cannot be read: %v", err).At("identity-file", "name the file that age-keygen wrote")
	}
	return list, nil
}

func readLabel(dir string) (l label, err error) {
	text, err := os.ReadFile(filepath.Join(dir, labelFile)) //nolint:gosec // the archive that was named
	if errors.Is(err, fs.ErrNotExist) {
		return l, fault.New(fault.NotFound, "kernel.backup.foreign", "%s is no backup archive of Linghang", dir).At("directory", "name the directory that backups were made to")
	}
	if err != nil {
		return l, fmt.Errorf("read archive label: %w", err)
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return l, fault.New(fault.Conflict, "kernel.backup.damaged", "the label of the archive is damaged: %v", err)
	}
	if l.Format > format {
		return l, fault.New(fault.Conflict, "kernel.backup.newer", "the archive has format %d, this program reads %d", l.Format, format).
			At("program", "install the version that made the backup, or a newer one")
	}
	return l, nil
}

// Backups returns the ids of the backups, oldest first; each begins with its time.
func (r *Reader) Backups() ([]string, error) { return Backups(r.dir) }

// Backups lists an archive without opening it.
func Backups(dir string) ([]string, error) {
	if _, err := readLabel(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(dir, "backups"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err == nil {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// List returns what Seal was given.
func (r *Reader) List(id string) ([]byte, error) {
	if _, err := ulid.ParseStrict(id); err != nil {
		return nil, fault.New(fault.NotFound, "kernel.backup.none", "there is no backup %q", id)
	}
	body, err := r.read(filepath.Join(r.dir, "backups", id))
	if err != nil {
		return nil, err
	}
	const head = ulid.EncodedSize + 2*sha256.Size
	if len(body) < head || string(body[:ulid.EncodedSize]) != id ||
		!hmac.Equal(body[ulid.EncodedSize:head], []byte(nameOf(r.naming, "backup "+id, body[head:]))) {
		return nil, damaged("backup " + id)
	}
	return body[head:], nil
}

var nameForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Get returns a piece, and refuses one that is not what was put.
func (r *Reader) Get(name string) ([]byte, error) {
	if !nameForm.MatchString(name) {
		return nil, damaged("piece " + name)
	}
	data, err := r.read(piecePath(r.dir, name))
	if err != nil {
		return nil, err
	}
	if nameOf(r.naming, "piece", data) != name {
		return nil, damaged("piece " + name)
	}
	return data, nil
}

func (r *Reader) read(path string) ([]byte, error) {
	what := filepath.Base(path)
	sealed, err := os.ReadFile(path) //nolint:gosec // the archive that was named
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Conflict, "kernel.backup.damaged", "the archive lacks %s", what)
	}
	if err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	packed, err := decrypt(sealed, r.identity)
	if err != nil {
		return nil, damaged(what)
	}
	data, err := r.decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, damaged(what)
	}
	return data, nil
}

func damaged(what string) error {
	return fault.New(fault.Conflict, "kernel.backup.damaged", "%s is damaged, or of another archive", what).
		At("backup", "choose an earlier backup, or another copy of the archive")
}

func encrypt(data []byte, to ...age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return b.Bytes(), nil
}

func decrypt(data []byte, with ...age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(data), with...)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	return io.ReadAll(r)
}

// writeFile makes a file appear whole and on the disk, or not at all.
func writeFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	tmp, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // it was renamed away when all went well
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a directory of the archive
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// ErrSignature is what Verify reports for a signature that does not fit.
var ErrSignature = errors.New("the signature does not fit")

// Config says which algorithms new keys have and where the master key is.
type Config struct {
	Suite string
	File  string // of the master key
}

// Keyring seals, opens, signs and verifies with keys that it keeps. A room is
// handed one that is narrowed to it.
type Keyring struct {
	*vault
	room string
}

// kinds of data keys.
const (
	forSeal = "seal"
	forSign = "sign"
)

// currentFor is how long a replica goes on with a key that another has retired.
const currentFor = 10 * time.Second

// Key is a data key as the database has it.
type Key struct {
	ID        string    `json:"id"`
	Purpose   string    `json:"purpose"`
	Kind      string    `json:"kind" enum:"seal,sign"`
	Suite     string    `json:"suite" enum:"international,guomi"`
	Public    string    `json:"public,omitempty" doc:"PEM, of keys that sign"`
	CreatedAt time.Time `json:"created_at"`
	RetiredAt time.Time `json:"retired_at,omitzero"`

	secret string // sealed by the master key
	master string // its print
}

// vault is the one keyring behind the narrowed ones.
type vault struct {
	cfg   Config
	suite Suite
	db    *sqldb.DB

	mu      sync.Mutex
	masters []master
	opened  map[string]openKey // by id
	current map[string]current // by purpose and kind
}

type openKey struct {
	Key
	plain []byte
}

type current struct {
	id    string
	until time.Time
}

// cacheBound is how many opened keys are held; there are few purposes, but one
// may have a key for each organisation.
const cacheBound = 4096

// New returns a keyring over the system's database, to be opened.
func New(db *sqldb.DB, cfg Config) *Keyring {
	return &Keyring{vault: &vault{cfg: cfg, db: db, opened: map[string]openKey{}, current: map[string]current{}}}
}

// Room narrows the keyring to the purposes of a room.
func (k *Keyring) Room(name string) *Keyring { return &Keyring{k.vault, name} }

func (k *Keyring) full(purpose string) string {
	if k.room == "" {
		return purpose
	}
	return k.room + "." + purpose
}

// File is where the master key is.
func (k *Keyring) File() string { return k.cfg.File }

// Suite is the suite of new keys.
func (k *Keyring) Suite() Suite { return k.suite }

// Unlock reads the master key, or makes it where nothing was ever sealed, and
// refuses one that is not the database's. It comes before everything else.
func (k *Keyring) Unlock(ctx context.Context) error {
	suite, err := ByName(k.cfg.Suite)
	if err != nil {
		return err
	}
	k.suite = suite
	want, err := k.masterPrint(ctx)
	if err != nil {
		return err
	}
	list, err := readMasters(k.cfg.File)
	if errors.Is(err, fs.ErrNotExist) {
		if want != "" {
			return k.foreign("there is none", want)
		}
		list, err = k.makeMaster()
	}
	if err != nil {
		return err
	}
	if want == "" {
		if want, err = k.claimMaster(ctx, list[0].print); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.masters = list
	if _, ok := k.find(want); !ok {
		return k.foreign("the key is "+list[0].print, want)
	}
	return nil
}

func (v *vault) foreign(found, want string) error {
	return fault.New(fault.Conflict, "kernel.master_key.foreign",
		"configuration master-key-file: the database was sealed under the master key %s, and in %s %s; copy the file from the replica or the backup that has it",
		want, v.cfg.File, found)
}

func (v *vault) makeMaster() ([]master, error) {
	m, err := newMaster()
	if err != nil {
		return nil, err
	}
	if err := writeMasters(v.cfg.File, []master{m}, true); err != nil {
		return nil, err
	}
	return readMasters(v.cfg.File)
}

// find returns a master key by its print; the caller holds the lock.
func (v *vault) find(print string) (master, bool) {
	for _, m := range v.masters {
		if m.print == print {
			return m, true
		}
	}
	return master{}, false
}

// masterKey returns a master key, and looks into the file again for one that
// came with a rotation.
func (v *vault) masterKey(print string) (master, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if m, ok := v.find(print); ok {
		return m, nil
	}
	list, err := readMasters(v.cfg.File)
	if err != nil {
		return master{}, err
	}
	v.masters = list
	if m, ok := v.find(print); ok {
		return m, nil
	}
	return master{}, v.foreign("it is not", print)
}

// Seal encrypts a secret under the purpose's key. Call it before a Write, not
// inside: the first call for a purpose makes the key.
func (k *Keyring) Seal(ctx context.Context, purpose string, plain []byte) (string, error) {
	key, err := k.currentKey(ctx, k.full(purpose), forSeal)
	if err != nil {
		return "", err
	}
	data, err := k.suite.Seal(key.plain, plain, key.Purpose)
	if err != nil {
		return "", fmt.Errorf("seal for %s: %w", purpose, err)
	}
	return Text{key.Suite, key.ID, data}.String(), nil
}

// Open returns what was sealed for the purpose, under any key it ever had.
func (k *Keyring) Open(ctx context.Context, purpose, sealed string) ([]byte, error) {
	t, err := ParseText(sealed)
	if err != nil {
		return nil, err
	}
	key, err := k.key(ctx, t.Key)
	if err != nil {
		return nil, err
	}
	if key.Purpose != k.full(purpose) || key.Kind != forSeal || key.Suite != t.Suite {
		return nil, fmt.Errorf("open for %s: %w", purpose, ErrSealed)
	}
	suite, err := ByName(key.Suite)
	if err != nil {
		return nil, err
	}
	plain, err := suite.Open(key.plain, t.Data, key.Purpose)
	if err != nil {
		return nil, fmt.Errorf("open for %s: %w", purpose, err)
	}
	return plain, nil
}

// Reseal seals again what was sealed under a key that is no longer the current
// one of its purpose; done is false when nothing needs to change.
func (k *Keyring) Reseal(ctx context.Context, purpose, sealed string) (again string, done bool, err error) {
	t, err := ParseText(sealed)
	if err != nil {
		return "", false, err
	}
	now, err := k.currentKey(ctx, k.full(purpose), forSeal)
	if err != nil || now.ID == t.Key {
		return sealed, false, err
	}
	plain, err := k.Open(ctx, purpose, sealed)
	if err != nil {
		return "", false, err
	}
	again, err = k.Seal(ctx, purpose, plain)
	return again, true, err
}

// Signer signs with the purpose's current key.
type Signer struct {
	Key   Key
	suite Suite
	plain []byte
}

// Signer returns the signer of a purpose; the first call makes its key, so call
// it before a Write, not inside.
func (k *Keyring) Signer(ctx context.Context, purpose string) (*Signer, error) {
	key, err := k.currentKey(ctx, k.full(purpose), forSign)
	if err != nil {
		return nil, err
	}
	suite, err := ByName(key.Suite)
	return &Signer{key.Key, suite, key.plain}, err
}

// Sign returns a signature that names its suite and key.
func (s *Signer) Sign(message []byte) (string, error) {
	data, err := s.suite.Sign(s.plain, message)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", s.Key.ID, err)
	}
	return Text{s.Key.Suite, s.Key.ID, data}.String(), nil
}

// Verify checks a signature made for the purpose, with any key it ever had.
func (k *Keyring) Verify(ctx context.Context, purpose string, message []byte, signature string) error {
	t, err := ParseText(signature)
	if err != nil {
		return err
	}
	key, err := k.load(ctx, t.Key)
	if err != nil {
		return err
	}
	if key.Purpose != k.full(purpose) || key.Kind != forSign || key.Suite != t.Suite {
		return fmt.Errorf("%w: key %s is not for %s", ErrSignature, t.Key, purpose)
	}
	return VerifyText(key.Public, message, signature)
}

// PrivateKey returns the PKCS #8 form of the purpose's current signing key, for
// protocols that bring their own signature formats.
func (s *Signer) PrivateKey() []byte { return s.plain }

// key returns an opened key.
func (v *vault) key(ctx context.Context, id string) (openKey, error) {
	v.mu.Lock()
	key, ok := v.opened[id]
	v.mu.Unlock()
	if ok {
		return key, nil
	}
	stored, err := v.load(ctx, id)
	if err != nil {
		return openKey{}, err
	}
	return v.unwrap(stored)
}

func (v *vault) unwrap(stored Key) (openKey, error) {
	m, err := v.masterKey(stored.master)
	if err != nil {
		return openKey{}, err
	}
	t, err := ParseText(stored.secret)
	if err != nil {
		return openKey{}, fmt.Errorf("data key %s: %w", stored.ID, err)
	}
	plain, err := openUnder(m, t, stored)
	if err != nil {
		return openKey{}, fmt.Errorf("data key %s: %w", stored.ID, err)
	}
	key := openKey{stored, plain}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.opened) >= cacheBound {
		clear(v.opened)
	}
	v.opened[stored.ID] = key
	return key, nil
}

// place is what a data key is bound to under its master key.
func (k Key) place() string { return k.ID + " " + k.Purpose + " " + k.Kind + " " + k.Suite }

func sealUnder(m master, s Suite, plain []byte, k Key) (string, error) {
	wrap, err := derive(s, m.key, "data keys")
	if err != nil {
		return "", err
	}
	data, err := s.Seal(wrap, plain, k.place())
	return Text{s.Name(), m.print, data}.String(), err
}

func openUnder(m master, t Text, k Key) ([]byte, error) {
	s, err := ByName(t.Suite)
	if err != nil {
		return nil, err
	}
	wrap, err := derive(s, m.key, "data keys")
	if err != nil {
		return nil, err
	}
	return s.Open(wrap, t.Data, k.place())
}

// currentKey returns the key that is in force for a purpose, and makes one when
// there is none of the configured suite.
func (v *vault) currentKey(ctx context.Context, purpose, kind string) (openKey, error) {
	slot := kind + " " + purpose
	v.mu.Lock()
	c, ok := v.current[slot]
	v.mu.Unlock()
	if ok && time.Now().Before(c.until) {
		return v.key(ctx, c.id)
	}
	stored, err := v.loadCurrent(ctx, purpose, kind, v.suite.Name())
	if fault.Is(err, fault.NotFound) {
		stored, err = v.makeKey(ctx, purpose, kind)
	}
	if err != nil {
		return openKey{}, err
	}
	v.hold(slot, stored.ID)
	v.mu.Lock()
	key, ok := v.opened[stored.ID]
	v.mu.Unlock()
	if ok {
		return key, nil
	}
	return v.unwrap(stored)
}

func (v *vault) hold(slot, id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.current) >= cacheBound {
		clear(v.current)
	}
	v.current[slot] = current{id, time.Now().Add(currentFor)}
}

// makeKey makes a data key; when another replica was faster, it is theirs.
func (v *vault) makeKey(ctx context.Context, purpose, kind string) (Key, error) {
	k, err := v.newKey(ctx, purpose, kind)
	if err != nil {
		return Key{}, err
	}
	if err := v.insert(ctx, k); err != nil {
		return Key{}, err
	}
	return v.loadCurrent(ctx, purpose, kind, k.Suite)
}

func (v *vault) newKey(ctx context.Context, purpose, kind string) (Key, error) {
	print, err := v.masterPrint(ctx)
	if err != nil {
		return Key{}, err
	}
	m, err := v.masterKey(print)
	if err != nil {
		return Key{}, err
	}
	k := Key{ID: ulid.Make().String(), Purpose: purpose, Kind: kind, Suite: v.suite.Name(), CreatedAt: time.Now().UTC(), master: print}
	var plain []byte
	if kind == forSign {
		plain, k.Public, err = v.suite.Generate()
	} else {
		plain = make([]byte, v.suite.KeySize())
		_, err = rand.Read(plain)
	}
	if err != nil {
		return Key{}, fmt.Errorf("make key for %s: %w", purpose, err)
	}
	k.secret, err = sealUnder(m, v.suite, plain, k)
	return k, err
}

// Renew puts a new key in force for every purpose that has one, or for the one
// that is named. The old ones still open and verify.
func (k *Keyring) Renew(ctx context.Context, purpose string) (renewed []Key, err error) {
	list, err := k.Keys(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, old := range list {
		slot := old.Kind + " " + old.Purpose
		if seen[slot] || !old.RetiredAt.IsZero() || (purpose != "" && old.Purpose != purpose) {
			continue
		}
		seen[slot] = true
		key, err := k.newKey(ctx, old.Purpose, old.Kind)
		if err != nil {
			return renewed, err
		}
		if err := k.replace(ctx, key); err != nil {
			return renewed, err
		}
		renewed = append(renewed, key)
	}
	if len(renewed) == 0 {
		return nil, fault.New(fault.NotFound, "kernel.not_found", "there is no key for %q; `linghang keys list` shows the purposes", purpose)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.current)
	return renewed, nil
}

// RenewMaster makes a new master key and seals all data keys under it. While it
// runs, the file holds both; a crash in between loses nothing.
func (k *Keyring) RenewMaster(ctx context.Context) (print string, err error) {
	old, err := readMasters(k.cfg.File)
	if err != nil {
		return "", err
	}
	m, err := newMaster()
	if err != nil {
		return "", err
	}
	if err := writeMasters(k.cfg.File, append(old, m), false); err != nil {
		return "", err
	}
	k.mu.Lock()
	k.masters = append(old, m)
	k.mu.Unlock()
	if err := k.rewrap(ctx, m); err != nil {
		return "", err
	}
	if err := writeMasters(k.cfg.File, []master{m}, false); err != nil {
		return "", err
	}
	return m.print, nil
}

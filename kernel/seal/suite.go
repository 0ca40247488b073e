package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"github.com/emmansun/gmsm/smx509"
)

// Names of the suites, as the configuration and everything sealed or signed has them.
const (
	International = "international" // Ed25519, SHA-256, AES-256-GCM
	Guomi         = "guomi"         // SM2 (GB/T 32918), SM3 (GB/T 32905), SM4-GCM (GB/T 32907)
)

// Suite is one choice of algorithms. Private keys are PKCS #8, public keys
// X.509 SubjectPublicKeyInfo in PEM, so that other programs read them too.
type Suite interface {
	Name() string
	// Hash returns a new hash.
	Hash() hash.Hash
	// KeySize is how many bytes a key for Seal has.
	KeySize() int
	// Seal encrypts plain and binds it to context, which is not kept.
	Seal(key, plain []byte, context string) ([]byte, error)
	// Open returns what Seal was given, or an error when anything differs.
	Open(key, sealed []byte, context string) ([]byte, error)
	// Generate makes a pair for signatures.
	Generate() (private []byte, public string, err error)
	// Sign signs a message with a private key.
	Sign(private, message []byte) ([]byte, error)
	// Verify reports whether the signature over message is the key's.
	Verify(public string, message, signature []byte) bool
}

// Names lists the suites.
func Names() []string { return []string{International, Guomi} }

// ByName returns a suite; the empty name is the international one.
func ByName(name string) (Suite, error) {
	switch name {
	case International, "":
		return international{}, nil
	case Guomi:
		return guomi{}, nil
	}
	return nil, fmt.Errorf("there is no suite %q; choose international or guomi", name)
}

// ErrSealed is what Open reports for a text that was altered, moved to another
// place or sealed under another key.
var ErrSealed = errors.New("what was sealed does not open: it was altered, or belongs elsewhere")

type international struct{}

func (international) Name() string    { return International }
func (international) Hash() hash.Hash { return sha256.New() }
func (international) KeySize() int    { return 32 }

func (international) Seal(key, plain []byte, context string) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use AES key: %w", err)
	}
	return sealWith(block, plain, context)
}

func (international) Open(key, sealed []byte, context string) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use AES key: %w", err)
	}
	return openWith(block, sealed, context)
}

func (international) Generate() (private []byte, public string, err error) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make Ed25519 key: %w", err)
	}
	if private, err = x509.MarshalPKCS8PrivateKey(priv); err != nil {
		return nil, "", fmt.Errorf("encode Ed25519 key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	return private, publicPEM(der), err
}

func (international) Sign(private, message []byte) ([]byte, error) {
	key, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	priv, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%T is no Ed25519 key", key)
	}
	return ed25519.Sign(priv, message), nil
}

func (international) Verify(public string, message, signature []byte) bool {
	key, err := x509.ParsePKIXPublicKey(publicDER(public))
	pub, ok := key.(ed25519.PublicKey)
	return err == nil && ok && ed25519.Verify(pub, message, signature)
}

type guomi struct{}

func (guomi) Name() string    { return Guomi }
func (guomi) Hash() hash.Hash { return sm3.New() }
func (guomi) KeySize() int    { return sm4.BlockSize }

func (guomi) Seal(key, plain []byte, context string) ([]byte, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use SM4 key: %w", err)
	}
	return sealWith(block, plain, context)
}

func (guomi) Open(key, sealed []byte, context string) ([]byte, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use SM4 key: %w", err)
	}
	return openWith(block, sealed, context)
}

func (guomi) Generate() (private []byte, public string, err error) {
	priv, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make SM2 key: %w", err)
	}
	if private, err = smx509.MarshalPKCS8PrivateKey(priv); err != nil {
		return nil, "", fmt.Errorf("encode SM2 key: %w", err)
	}
	der, err := smx509.MarshalPKIXPublicKey(&priv.PublicKey)
	return private, publicPEM(der), err
}

// Sign signs over Z_A with the user id of GB/T 32918, 1234567812345678, which
// the library takes when none is given.
func (guomi) Sign(private, message []byte) ([]byte, error) {
	key, err := smx509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	priv, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%T is no SM2 key", key)
	}
	return priv.SignWithSM2(rand.Reader, nil, message)
}

func (guomi) Verify(public string, message, signature []byte) bool {
	key, err := smx509.ParsePKIXPublicKey(publicDER(public))
	pub, ok := key.(*ecdsa.PublicKey)
	return err == nil && ok && sm2.IsSM2PublicKey(pub) && sm2.VerifyASN1WithSM2(pub, nil, message, signature)
}

func sealWith(block cipher.Block, plain []byte, context string) ([]byte, error) {
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use GCM: %w", err)
	}
	nonce := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(plain)+gcm.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("make nonce: %w", err)
	}
	return gcm.Seal(nonce, nonce, plain, []byte(context)), nil
}

func openWith(block cipher.Block, sealed []byte, context string) ([]byte, error) {
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use GCM: %w", err)
	}
	if len(sealed) < gcm.NonceSize() {
		return nil, ErrSealed
	}
	plain, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], []byte(context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// derive makes a key of the suite's size from a master key.
func derive(s Suite, master []byte, use string) ([]byte, error) {
	key, err := hkdf.Key(s.Hash, master, nil, "linghang "+s.Name()+" "+use, s.KeySize())
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}

// IsPublic tells whether a text is a public key of one of the suites, as PEM.
func IsPublic(text string) bool {
	der := publicDER(text)
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		_, ok := key.(ed25519.PublicKey)
		return ok
	}
	key, err := smx509.ParsePKIXPublicKey(der)
	pub, ok := key.(*ecdsa.PublicKey)
	return err == nil && ok && sm2.IsSM2PublicKey(pub)
}

func publicPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func publicDER(text string) []byte {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil
	}
	return block.Bytes
}

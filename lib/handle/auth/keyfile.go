package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what the format has PBKDF2 made with
	"encoding/binary"
	"fmt"

	"linghang/lib/handle/wire"
)

// Kinds of key files.
const (
	filePlain = 1
	fileAES   = 4

	fileRounds    = 10_000
	maxFileRounds = 1_000_000
	fileKeyBits   = 128
)

// MaxKeyFile is how many octets a key file may have.
const MaxKeyFile = 64 << 10

// DecodeKeyFile returns the key record in a file as admpriv.bin: plain, or under
// a passphrase with AES. Files under DES are not read.
func DecodeKeyFile(file, passphrase []byte) ([]byte, error) {
	if len(file) > MaxKeyFile {
		return nil, unreadable("the file has more than %d octets", MaxKeyFile)
	}
	c := wire.NewCursor(file)
	switch kind := c.Uint32(); kind {
	case filePlain:
		return c.Rest(), nil
	case fileAES:
		salt, rounds, bits, iv, sealed := c.Bytes(), c.Uint32(), c.Uint32(), c.Bytes(), c.Bytes()
		if err := c.End(); err != nil {
			return nil, unreadable("%v", err)
		}
		if rounds == 0 || rounds > maxFileRounds || bits != 128 && bits != 256 || len(iv) != aes.BlockSize {
			return nil, unreadable("the parameters of its encryption are out of range")
		}
		key, err := pbkdf2.Key(sha1.New, string(passphrase), salt, int(rounds), int(bits/8))
		if err != nil {
			return nil, fmt.Errorf("derive key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("decrypt key: %w", err)
		}
		return openCBC(block, iv, sealed)
	default:
		if err := c.Err(); err != nil {
			return nil, unreadable("%v", err)
		}
		return nil, fmt.Errorf("%w: key file of kind %d", ErrUnsupported, kind)
	}
}

// EncodeKeyFile returns the file of a key record, encrypted if there is a
// passphrase.
func EncodeKeyFile(record, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		return append(binary.BigEndian.AppendUint32(nil, filePlain), record...), nil
	}
	var salt, iv [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, fmt.Errorf("make salt: %w", err)
	}
	if _, err := rand.Read(iv[:]); err != nil {
		return nil, fmt.Errorf("make vector: %w", err)
	}
	key, err := pbkdf2.Key(sha1.New, string(passphrase), salt[:], fileRounds, fileKeyBits/8)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	b := binary.BigEndian.AppendUint32(nil, fileAES)
	b = wire.AppendBytes(b, salt[:])
	b = binary.BigEndian.AppendUint32(b, fileRounds)
	b = binary.BigEndian.AppendUint32(b, fileKeyBits)
	b = wire.AppendBytes(b, iv[:])
	return wire.AppendBytes(b, sealCBC(nil, block, iv[:], record)), nil
}

// sealCBC appends the octets, padded (PKCS #5) and encrypted.
func sealCBC(dst []byte, block cipher.Block, iv, plain []byte) []byte {
	start := len(dst)
	pad := block.BlockSize() - len(plain)%block.BlockSize()
	dst = append(dst, plain...)
	for range pad {
		dst = append(dst, byte(pad)) //nolint:gosec // at most a block
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(dst[start:], dst[start:])
	return dst
}

// openCBC decrypts and takes the padding off.
func openCBC(block cipher.Block, iv, sealed []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(sealed) == 0 || len(sealed)%size != 0 {
		return nil, ErrCipher
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > size {
		return nil, ErrCipher
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, ErrCipher
		}
	}
	return plain[:len(plain)-pad], nil
}

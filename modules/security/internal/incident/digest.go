package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"linghang/kernel/fault"
	"linghang/kernel/seal"
)

// digest works out what content is while it passes: its SHA-256, its SM3 (GB/T 32905) and its size.
type digest struct {
	sha256, sm3 hash.Hash
	size, limit int64
}

// newDigest takes content of at most limit octets.
func newDigest(limit int64) (*digest, error) {
	guomi, err := seal.ByName(seal.Guomi)
	if err != nil {
		return nil, err
	}
	return &digest{sha256: sha256.New(), sm3: guomi.Hash(), limit: limit}, nil
}

// of returns a reader that hands on what r holds, and digests it.
func (d *digest) of(r io.Reader) io.Reader { return io.TeeReader(r, d) }

// Write implements io.Writer.
func (d *digest) Write(p []byte) (int, error) {
	if d.size += int64(len(p)); d.size > d.limit {
		return 0, fault.New(fault.TooLarge, "kernel.blob.too_large", "the file is larger than %d bytes", d.limit).With("limit", d.limit)
	}
	_, _ = d.sha256.Write(p) // a hash does not fail
	_, _ = d.sm3.Write(p)
	return len(p), nil
}

// SHA256 is that of what passed, in hex.
func (d *digest) SHA256() string { return hex.EncodeToString(d.sha256.Sum(nil)) }

// SM3 is that of what passed, in hex.
func (d *digest) SM3() string { return hex.EncodeToString(d.sm3.Sum(nil)) }

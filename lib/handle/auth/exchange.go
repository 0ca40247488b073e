package auth

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

// Bounds of a Diffie-Hellman group that a peer chooses: below, it is weak; above,
// it costs too much. Servers in use choose 1024 bits.
const (
	minGroupBits = 1024
	maxGroupBits = 4096
	secretBits   = 512
)

// modp2048 is group 14 of RFC 3526, section 3; its generator is 2.
const modp2048 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD1" +
	"29024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245" +
	"E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D" +
	"C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D" +
	"670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9" +
	"DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
	"15728E5A8AACAA68FFFFFFFFFFFFFFFF"

// Exchange is one side of a Diffie-Hellman exchange.
type Exchange struct {
	public DHPublicKey
	secret *big.Int
}

// NewExchange begins an exchange in a group of 2048 bits (RFC 3526).
func NewExchange() (*Exchange, error) {
	p, _ := new(big.Int).SetString(modp2048, 16)
	return newExchange(p, big.NewInt(2))
}

// JoinExchange begins the other side of an exchange, in the peer's group.
func JoinExchange(peer *DHPublicKey) (*Exchange, error) {
	if err := checkGroup(peer); err != nil {
		return nil, err
	}
	return newExchange(peer.P, peer.G)
}

func checkGroup(k *DHPublicKey) error {
	if bits := k.P.BitLen(); bits < minGroupBits || bits > maxGroupBits || k.P.Bit(0) == 0 {
		return fmt.Errorf("%w: modulus of %d bits", ErrGroup, bits)
	}
	top := new(big.Int).Sub(k.P, big.NewInt(1))
	one := big.NewInt(1)
	for _, n := range []*big.Int{k.G, k.Y} {
		if n.Cmp(one) <= 0 || n.Cmp(top) >= 0 {
			return fmt.Errorf("%w: a number is out of range", ErrGroup)
		}
	}
	return nil
}

func newExchange(p, g *big.Int) (*Exchange, error) {
	secret, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), secretBits))
	if err != nil {
		return nil, fmt.Errorf("make secret: %w", err)
	}
	secret.SetBit(secret, secretBits-1, 1)
	return &Exchange{DHPublicKey{new(big.Int).Exp(g, secret, p), p, g}, secret}, nil
}

// Public returns what the other side needs.
func (x *Exchange) Public() *DHPublicKey { return &x.public }

// Key returns the key that both sides share: the secret without leading zero
// octets, 32 octets of it.
func (x *Exchange) Key(peer *DHPublicKey) ([]byte, error) {
	if err := checkGroup(peer); err != nil {
		return nil, err
	}
	if peer.P.Cmp(x.public.P) != 0 || peer.G.Cmp(x.public.G) != 0 {
		return nil, fmt.Errorf("%w: the answer is in another group", ErrGroup)
	}
	shared := new(big.Int).Exp(peer.Y, x.secret, peer.P).Bytes()
	if len(shared) < sessionKey {
		return nil, fmt.Errorf("%w: the secret is short", ErrGroup)
	}
	return shared[:sessionKey], nil
}

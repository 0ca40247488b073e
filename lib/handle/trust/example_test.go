package trust_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

func ExampleVerifier_Values() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	values := []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/x")}
	signature, err := trust.Sign(&trust.Claims{Issuer: "300:0.0/0.0", Subject: "88.1/A", Digests: trust.DigestsOf(values)}, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := trust.Verifier{Roots: []trust.Root{{Reference: wire.Reference{Handle: "0.0/0.0", Index: 300}, Key: &key.PublicKey}}}
	verdict, err := verifier.Values(context.Background(), "88.1/A", values, signature)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verdict.Signed, verdict.Chain)
	// Output: [1] [300:0.0/0.0]
}

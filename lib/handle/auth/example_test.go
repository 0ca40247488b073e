package auth_test

import (
	"fmt"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

func ExamplePolicy_Check() {
	identity := auth.Identity{Reference: wire.Reference{Handle: "0.NA/88.1", Index: 301}, Secret: []byte("a secret")}
	challenge := wire.Challenge{Digest: wire.DigestFor(wire.Current(), []byte("the request")), Nonce: []byte("sixteen octets!!")}

	answer, err := identity.Answer(wire.Current(), &challenge)
	if err != nil {
		fmt.Println(err)
		return
	}
	values := []wire.Value{{Index: 301, Type: wire.TypeSecretKey, Data: []byte("a secret")}}
	proven, err := auth.Policy{}.Check(values, &answer, challenge.Nonce, challenge.Digest.Sum)
	fmt.Println(proven, err)
	// Output: 301:0.NA/88.1 <nil>
}

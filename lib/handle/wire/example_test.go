package wire_test

import (
	"fmt"

	"linghang/lib/handle/wire"
)

func Example() {
	query := wire.NewQuery("88.101.5/T001", nil, []string{wire.TypeURL})
	header := wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly, SiteSerial: wire.SerialUnknown}
	request := wire.AppendMessage(nil, &header, query.Append(nil), nil)

	message, err := wire.DecodeMessage(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	asked, err := wire.DecodeQuery(message.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(message.Op, string(asked.Handle), asked.Wants(1, []byte("url")), asked.Wants(2, []byte("EMAIL")))
	// Output: resolve 88.101.5/T001 true false
}

package vulnlist_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"linghang/lib/vulnlist"
)

func Example() {
	const file = `<vulnerabilitys><vulnerability><number>CNVD-2026-10001</number><cves><cve><cveNumber>CVE-2026-0001</cveNumber></cve></cves>
<title>示例传动 Drive 7 停机漏洞</title><serverity>高</serverity><formalWay>升级到 2.3 & 重启</formalWay></vulnerability></vulnerabilitys>`
	r, err := vulnlist.NewReader(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Number, e.CVEs, e.Severity, e.Title, "/", e.Remedy)
	}
	fmt.Println(r.Mended())
	// Output:
	// CNVD-2026-10001 [CVE-2026-0001] 高 示例传动 Drive 7 停机漏洞 / 升级到 2.3 & 重启
	// [{ampersand 1 2}]
}

// Package vulnlist reads the national vulnerability lists of China as files: those that CNVD
// (国家信息安全漏洞共享平台) shares every week, and those that CNNVD (国家信息安全漏洞库) gives
// out by year or by range, in its older and its newer form.
//
// A [Reader] gives one [Entry] after the other in constant memory: the number, the CVE numbers
// it stands for, and what the list says in its own words. Severities are not translated into
// CVSS and products not into names of others.
//
// No description of the formats is published, and no file of the publishers themselves could be
// had: both refuse who is not signed in. The names of elements are those on which independent
// public readers agree:
//
//   - CNVD, root vulnerabilitys (so spelled): five readers, and the publisher's announcement of
//     May 2017, which lists the same facts. number, title, serverity (so spelled), products,
//     isEvent, openTime, cves, description, formalWay, patchName, referenceLink; two of the five
//     read patchDescription.
//   - CNNVD, older, root cnnvd with entry: seven readers, of which one publishes two entries of
//     a yearly file as they are and says that it read 23 of them, with 139,000 entries.
//   - CNNVD, newer, root cnnvd with cnnvd_items: two readers. Both have cnnvd_id, cve_id, name,
//     published, severity, vuln_type and vuln_descript; one also vendor, product, modified,
//     references and patch_url.
//
// Elements that are not known are passed over. Files that are broken in ways that these readers
// report are mended, and what was mended is counted with the first line of each kind
// ([Reader.Mended]): a & that begins no reference, characters that XML forbids, octets that are
// no UTF-8, blocks PAV that are not well-formed (they are left out), texts and lists that are
// too long. An entry that cannot be told from others, or whose dates are none, is skipped with its line
// ([Reader.Skipped]). All else that is no XML is refused with its line ([Error]): document types
// and with them entities, depth, entries of more than 8 MiB, a file that ends too early.
//
// Text is UTF-8 or GB 18030 (of which GBK and GB 2312 are parts): as the file declares, and
// where it declares neither, by its octets. [UTF8] does that alone, for tables that people make.
//
// Imports: the standard library, golang.org/x/text (GB 18030).
package vulnlist

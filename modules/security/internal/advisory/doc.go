// Package advisory is what is known of weaknesses (漏洞), and what that means for assets.
//
// The bureau takes advisories in the format CSAF, each checked by the mandatory tests of the
// standard, in its newest revision; and three sources that say how urgent a vulnerability is:
// KEV (exploited), EPSS (likely to be) and SSVC (how to decide). Every declared asset is
// compared with the products of all advisories: affected, not affected, or cannot tell, with
// the sentence of the advisory. What comes of it is kept, and done again for what changes.
// The order in which to mend is exposure × threat × criticality; CVSS is shown and ranks
// nothing. Beside a CVE stands what the national lists say of it (CNVD, CNNVD, as files): their
// numbers, titles, severities and remedies in their own words. They judge nothing, and entries
// without a CVE are not compared with assets. An enterprise decides: mended, accepted until a day, not applicable.
//
// The traffic light protocol is kept: RED and AMBER+STRICT stay with the city, AMBER goes to
// enterprises that it concerns, GREEN and CLEAR to all who are signed in.
//
// Tables: security_advisory and what belongs to it, security_threat, security_verdict,
// security_exposure, security_decision, security_listed, security_listed_cve.
package advisory

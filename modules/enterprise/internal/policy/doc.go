// Package policy is the library of policies (政策库) and what comes of them.
//
// A policy is drafted by the bureau and published (发布); each publication is an edition that
// is kept. Its conditions are a rule (package criterion), so that an enterprise finds which
// policies fit it (适合) and what is missing (差什么), and the bureau how many enterprises
// one reaches. An enterprise applies (申报) while a policy takes applications, by the
// server's time: the form comes filled from its profile, the enterprise confirms it, and what
// it submits is kept with a digest (提交凭证). The bureau reviews (审查) and another person
// decides (审定); what was granted is announced (公示) and paid (兑付).
//
// Who sees what. Published policies are for everybody who is signed in. What a rule comes to
// is told to the enterprise itself, and to the bureau; an application is seen by these two,
// drafts by the enterprise alone. Announced grants are for everybody: name, code, amount.
//
// Tables: policy, policy_edition, policy_application, policy_file, policy_step,
// policy_payment. Tells: nothing. Hears: nothing.
package policy

// Package need is how an enterprise finds who helps it, and what comes of it (供需对接).
//
// An enterprise publishes a need (需求), open or confidential (保密). Providers are found by
// lib/match, each with reasons, some places kept for new ones; the enterprise invites
// (邀请) or dismisses them. A provider answers the invitation and offers (方案) until the
// deadline, by the clock of the server. What was offered is sealed until then, from the
// enterprise too, and nobody ever sees the offer of a competitor. The enterprise chooses;
// when the provider confirms the same terms, by their digest, there is an agreement (协议).
// Milestones (里程碑) are delivered and accepted; with the last the agreement is completed.
// Both rate each other blind: neither sees a rating before both are given or the time is
// over. Either may call the bureau (争议), which decides. States and who may change them
// stand in one table (rules).
//
// Who sees what. An open need: everybody who is signed in, without offers and terms. A
// confidential one: the enterprise, the providers that it invited and that did not
// decline, and the bureau once there was a dispute. Terms, milestones, ratings and
// disputes: both sides, and the bureau once there was a dispute. Drafts: the enterprise.
//
// Tables: need and need_*. Tells: enterpriseevent.AgreementAccepted and AgreementClosed.
// Hears: nothing.
package need

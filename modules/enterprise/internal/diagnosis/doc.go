// Package diagnosis is how an enterprise finds where it stands (数字化诊断).
//
// An enterprise's own people answer a questionnaire (assessment.Template) on a sheet
// (答卷), several of them at once and with pauses: each answer is saved by itself, with
// its version. Evidence (佐证材料) is files beside a question. What is submitted (提交)
// does not change any more, and its digest (提交凭证) proves it; later there is a new
// sheet. An expert (专家), assigned by the bureau, confirms answers or changes them with
// a reason; both stand side by side. The result is computed from the answers, and from
// the expert's where the review is given, whenever it is shown.
//
// Who sees what. The enterprise's own people see all of it. The bureau sees results of
// what was submitted: level, scores, gaps; answers and evidence only where the enterprise
// chose so when it submitted (share: answers), which a review needs. The expert sees
// answers and evidence of the sheets assigned to them. Nobody else sees anything.
// Medians and quartiles of an industry or a district are told from 5 enterprises on.
//
// Tables: diagnosis, diagnosis_answer, diagnosis_evidence, diagnosis_review,
// diagnosis_verdict. Tells: enterpriseevent.Diagnosed. Hears: nothing.
package diagnosis

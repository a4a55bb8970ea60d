package import Schema

/// A step that asks another system, which answers Go, NoGo or Wait.
package struct StepWebhook: SchemaObject, Hashable {
    package var url = ""
    /// Which of the controller's own credentials signs the request; nil: it is not signed.
    package var credentials: String?
    package var timeoutSeconds = 10
    package var retries = 3
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(_ url: String) { self.url = url }

    /// Whom it asks, for people: the URL's host, with the port if there is one.
    package var host: String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(rest.prefix { !"/?#".contains($0) }.prefix(253))
    }

    package static let fields: [Field<Self>] = [
        .required("url", \.url, "Where a JSON document about the rollout is sent by POST; without a user in it.") {
            $0.pattern = "^https?://[^ /?#@]+([/?#][^ ]*)?$"
            $0.maxLength = 2048
        },
        .optional("credentials", \.credentials, "Which of the controller's own credentials signs the request.", Limits.text(63)),
        .defaulted("timeoutSeconds", \.timeoutSeconds, 10, "After this long without an answer it is asked again.") {
            $0.minimum = 1
            $0.maximum = 300
        },
        .defaulted("retries", \.retries, 3, "How often it is asked again when it does not answer, or not sensibly.") {
            $0.minimum = 0
            $0.maximum = 100
        },
        .optional("deadlineSeconds", \.deadlineSeconds, "How long it may say Wait; unset: for ever.", Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]
}

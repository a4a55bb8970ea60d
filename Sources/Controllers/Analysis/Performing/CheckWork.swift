import GraftAPI

/// What a check asks for, as the spec has it.
enum CheckWork: Hashable, Sendable {
    /// Of a `ModuleAnalysis` of the deployment's namespace.
    case analysis(name: String, arguments: [String: String])
    case webhook(WebhookWork)
    case samples(HostSeries, count: Int64)
}

/// Whom a webhook asks, and how patiently.
struct WebhookWork: Hashable, Sendable {
    var url: String
    /// Name of the controller's credential; nil: it is not signed.
    var credentials: String?
    var timeout: Duration
    /// How often it is tried again when it fails, in succession.
    var retries: Int
}

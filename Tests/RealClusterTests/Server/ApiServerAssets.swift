import Glibc

/// The programs of a control plane, found as envtest finds them: in the directory that `KUBEBUILDER_ASSETS` names.
struct ApiServerAssets: Sendable {
    static let variable = "KUBEBUILDER_ASSETS"

    var etcd: String
    var apiServer: String

    /// Nil when the variable is unset or empty.
    static let directory: String? = getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }

    /// - Throws: `SetUpFailure` when the directory lacks one of the programs.
    init(directory: String) throws {
        etcd = "\(directory)/etcd"
        apiServer = "\(directory)/kube-apiserver"
        for program in [etcd, apiServer] where access(program, X_OK) != 0 {
            throw SetUpFailure("\(Self.variable) is \(directory), but \(program) is no program that can be run")
        }
    }
}

/// Why there is no API server to test against.
struct SetUpFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

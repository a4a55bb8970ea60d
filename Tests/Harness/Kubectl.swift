import Glibc
import JSON

/// The kubectl of this machine: the one that `GRAFT_KUBECTL` names, or the first on the `PATH`.
package enum Kubectl {
    /// Nil when there is none.
    package static let path: String? = {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let named = variable("GRAFT_KUBECTL") { return access(named, X_OK) == 0 ? named : nil }
        let folders = (variable("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/kubectl" }.first { access($0, X_OK) == 0 }
    }()

    /// 32 of kubectl 1.32; nil when there is none.
    package static func minor() async throws -> Int? {
        guard let path else { return nil }
        return try await withTemporaryDirectory { directory in
            let outcome = try await Program(
                path, ["version", "--client", "-o", "json"], environment: ["HOME": directory, "PATH": "/usr/bin:/bin"], in: directory
            ).wait()
            let minor = try JSON.parse(Array(outcome.output.utf8))["clientVersion"]?["minor"]?.string
            return minor.flatMap { Int($0.prefix { $0.isNumber }) }
        }
    }
}

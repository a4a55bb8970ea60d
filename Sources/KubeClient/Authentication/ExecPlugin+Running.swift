import JSON
import KubeCore

/// A token, and until when it is good.
struct ExpiringToken: Sendable, Hashable {
    var token: String
    /// Nil: for as long as the process runs, or until a 401.
    var expires: Timestamp?
}

extension ExecPlugin {
    /// What the command is told (`KUBERNETES_EXEC_INFO`).
    var info: JSON {
        var spec: JSONObject = ["interactive": false]
        spec["cluster"] = cluster
        return ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": .object(spec)]
    }

    /// Runs the command, for a minute at most.
    func run() async throws -> ExpiringToken {
        var variables = ProcessEnvironment.current.merging(environment) { _, ours in ours }
        variables["KUBERNETES_EXEC_INFO"] = info.text()
        let result: ChildProcess.Result
        do {
            result = try await ChildProcess(command: command, arguments: arguments, environment: variables).run(limit: .seconds(60))
        } catch let error as ClientConfigurationError {
            throw ClientConfigurationError(error.message + (installHint.map { "\n\($0)" } ?? ""))
        }
        guard result.isSuccess else {
            let said = String(decoding: result.errorOutput.suffix(1000), as: UTF8.self)
            throw ClientConfigurationError("the credential command \(command) failed (\(result.exit)): \(said)")
        }
        return try credential(result.output)
    }

    /// Reads the ExecCredential that the command printed. What it printed never goes into a message: it is a secret.
    func credential(_ output: [UInt8]) throws(ClientConfigurationError) -> ExpiringToken {
        func refuse(_ message: String) -> ClientConfigurationError {
            ClientConfigurationError("the credential command \(command) \(message)")
        }
        guard let json = try? JSON.parse(output) else { throw refuse("printed no JSON; wanted an ExecCredential") }
        guard json["kind"]?.string == "ExecCredential" else { throw refuse("printed something else than an ExecCredential") }
        guard json["apiVersion"]?.string == apiVersion else {
            throw refuse("answered with apiVersion \"\(json["apiVersion"]?.string ?? "")\"; wanted \(apiVersion)")
        }
        let status = json["status"]
        guard status?["clientCertificateData"]?.string == nil else {
            throw refuse("returned a client certificate, which is not supported; wanted a token")
        }
        guard let token = status?["token"]?.string, !token.isEmpty else { throw refuse("returned no token") }
        guard let text = status?["expirationTimestamp"]?.string else { return ExpiringToken(token: token, expires: nil) }
        guard let expires = Timestamp(text) else { throw refuse("returned an expirationTimestamp that is no time") }
        return ExpiringToken(token: token, expires: expires)
    }
}

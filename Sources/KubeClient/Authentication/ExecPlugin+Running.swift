import Glibc
import JSON
import KubeCore

extension ExecPlugin {
    /// What the command is told (`KUBERNETES_EXEC_INFO`).
    /// - Parameter interactive: it has our standard input.
    func info(interactive: Bool) -> JSON {
        var spec: JSONObject = ["interactive": .bool(interactive)]
        spec["cluster"] = cluster
        return ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": .object(spec)]
    }

    /// Runs the command: for a minute at most, or ten when someone sits before it.
    /// - Parameter hasTerminal: whether our standard input is one.
    func run(hasTerminal: Bool = isatty(0) == 1) async throws -> ExecCredential {
        guard interactiveMode != .always || hasTerminal else {
            throw ClientConfigurationError(
                "the credential command \(command) wants a terminal (interactiveMode: Always), and standard input is none; "
                    + "run this program in one, or use other credentials")
        }
        let isInteractive = hasTerminal && interactiveMode != .never
        var variables = ProcessEnvironment.current.merging(environment) { _, ours in ours }
        variables["KUBERNETES_EXEC_INFO"] = info(interactive: isInteractive).text()
        let process = ChildProcess(command: command, arguments: arguments, environment: variables, usesTerminal: isInteractive)
        let result: ChildProcess.Result
        do {
            result = try await process.run(limit: isInteractive ? .seconds(600) : .seconds(60))
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
    func credential(_ output: [UInt8]) throws(ClientConfigurationError) -> ExecCredential {
        func refuse(_ message: String) -> ClientConfigurationError {
            ClientConfigurationError("the credential command \(command) \(message)")
        }
        guard let json = try? JSON.parse(output) else { throw refuse("printed no JSON; wanted an ExecCredential") }
        guard json["kind"]?.string == "ExecCredential" else { throw refuse("printed something else than an ExecCredential") }
        guard json["apiVersion"]?.string == apiVersion else {
            throw refuse("answered with apiVersion \"\(json["apiVersion"]?.string ?? "")\"; wanted \(apiVersion)")
        }
        func text(_ name: String) -> String? { json["status"]?[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        var credential = ExecCredential(token: text("token"))
        switch (text("clientCertificateData"), text("clientKeyData")) {
        case (nil, nil): break
        case (let certificate?, let key?):
            guard LocalFile.isPEM(certificate), LocalFile.isPEM(key) else {
                throw refuse("returned a client certificate or key that is no PEM (-----BEGIN … -----END …)")
            }
            credential.identity = ClientIdentity(certificate: certificate, key: key)
        case (_?, nil): throw refuse("returned clientCertificateData without clientKeyData; wanted both or none")
        case (nil, _?): throw refuse("returned clientKeyData without clientCertificateData; wanted both or none")
        }
        guard credential.token != nil || credential.identity != nil else {
            throw refuse("returned neither a token nor a client certificate")
        }
        guard let time = text("expirationTimestamp") else { return credential }
        guard let expires = Timestamp(time) else { throw refuse("returned an expirationTimestamp that is no time") }
        credential.expires = expires
        return credential
    }
}

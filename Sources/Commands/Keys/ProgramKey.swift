import JSON
import ProgramOptions
import Trust

/// A key that a program holds and never gives away.
struct ProgramKey: SigningKey {
    let program: KeyProgram
    let publicKey: PublicKey

    /// Asks for the public key, once.
    init(_ program: KeyProgram) async throws {
        self.program = program
        publicKey = try await program.ask(.publicKey) { (answer) throws(KeyPluginFailure) in try answer.publicKey() }
    }

    func sign(_ message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await program.ask(.sign(message: message, algorithm: publicKey.algorithm, scheme: scheme)) {
            (answer) throws(KeyPluginFailure) in try answer.signature()
        }
    }
}

/// A program that holds keys, run once for each question: version 1 of the protocol in docs/signing.md.
struct KeyProgram: Sendable {
    /// As the user named the key, for messages.
    var reference: String
    var program: String
    var key: String
    /// How long it may take to answer. Someone may have to touch a token.
    var limit: Duration

    func ask<Answer>(
        _ operation: KeyPluginRequest.Operation, _ read: (KeyPluginAnswer) throws(KeyPluginFailure) -> Answer
    ) async throws -> Answer {
        let input = KeyPluginRequest(key: key, operation: operation).json.bytes() + [UInt8(ascii: "\n")]
        let run = ChildProcess(program: program, input: input, outputLimit: KeyPluginAnswer.sizeLimit)
        let result: ChildProcess.Result
        do { result = try await run.result(within: limit) } catch let failure as ChildProcess.Failure { throw error("\(failure)") }
        let said = KeyPluginFailure.shown(String(decoding: result.errorOutput, as: UTF8.self))
        let addition = said.isEmpty ? "" : "; it says on standard error: \(said)"
        // A refusal in words is better than an exit code.
        let answer = Swift.Result { () throws(KeyPluginFailure) in try KeyPluginAnswer(result.output) }
        if case .failure(.refused(let why)) = answer { throw error("\(KeyPluginFailure.refused(why))\(addition)") }
        guard result.isSuccess else { throw error("it ended with \(result.ending)\(addition)") }
        do { return try read(try answer.get()) } catch { throw self.error("\(error)\(addition)") }
    }

    private func error(_ what: String) -> CommandError {
        CommandError("\(reference): the program \(program): \(what); to see what it does, give it a request by hand, or correct --key")
    }
}

import ArgumentParser
import Glibc
import ProgramOptions
import Trust

/// How signing keys are opened.
struct KeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("File with the key's password; - is standard input. Without it, COSIGN_PASSWORD counts.", valueName: "path"))
    var passwordFile: String?
    @Option(help: ArgumentHelp("Time that a program with the key may take.", valueName: "seconds"))
    var keyTimeout = 60

    func validate() throws {
        if keyTimeout < 1 { throw ValidationError("--key-timeout: found \(keyTimeout), wanted at least 1") }
    }

    /// The key that a reference names, ready to sign.
    func signingKey(_ text: String) async throws -> any SigningKey {
        switch try KeyReference(text) {
        case .file(let path):
            let key = try open(try LocalFile(path).text(), from: path)
            if let warning = Self.warning(about: path) { Self.tell("warning: \(warning)\n") }
            return key
        case .environment(let name):
            guard let value = Self.variable(name) else {
                throw CommandError("\(text): the environment variable \(name) is not set; put the key's PEM there, or correct the name")
            }
            return try open(value, from: text)
        case .program(let program, let key):
            return try await ProgramKey(KeyProgram(reference: text, program: program, key: key, limit: .seconds(keyTimeout)))
        }
    }

    private func open(_ pem: String, from source: String) throws -> PrivateKey {
        do {
            return try PrivateKey(pem: pem) { () throws(KeyError) in try passwordForKey() }
        } catch {
            throw CommandError("\(source): \(error)")
        }
    }

    private func passwordForKey() throws(KeyError) -> [UInt8]? {
        do { return try KeyPassword(file: passwordFile).read() } catch { throw .passwordUnreadable("\(error)") }
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Writes to standard error, where it disturbs no program that reads our output.
    private static func tell(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// What to say when others than the owner may read a key's file; nil when all is well. The key is used all the same: in containers a mount's
    /// mode is not always a choice.
    static func warning(about path: String) -> String? {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 else { return nil }
        return "\(path): others than its owner may read this key (mode 0\(String(status.st_mode & 0o777, radix: 8))); chmod 600 \(path)"
    }
}

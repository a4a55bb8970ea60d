import ArgumentParser
import JSON
import ProgramOptions
import Trust

/// `graft key generate`: a key pair to sign with.
struct KeyGenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Make a key to sign with (ECDSA P-256).",
        discussion: """
            Writes PATH.key, readable by you alone and encrypted as cosign encrypts keys, and PATH.pub, which goes into VerificationPolicies. \
            The password is COSIGN_PASSWORD, or what --password-file holds. Nothing is ever overwritten.
            """)

    @Argument(help: "Where the private key goes; the public one goes beside it, as .pub.")
    var path: String
    @Flag(help: "Don't encrypt it (PKCS#8). Whoever reads the file can sign.")
    var noPassword = false
    @Option(help: ArgumentHelp("File with the password; - is standard input. Without it, COSIGN_PASSWORD counts.", valueName: "path"))
    var passwordFile: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if noPassword, passwordFile != nil { throw ValidationError("give either --no-password or --password-file") }
    }

    func run() async throws {
        let pair = KeyPairFiles(path)
        try pair.requireAbsence()
        let key = try PrivateKey.generate()
        var generator = SystemRandomNumberGenerator()
        let pem = try password().map { try key.pem(encryptedWith: $0, using: &generator) } ?? key.pem
        try pair.write(pem, key.publicKey)
        output.print(pair.json(of: key.publicKey, isEncrypted: !noPassword), text: "\(pair.privatePath)\n\(pair.publicPath)")
    }

    /// Nil when there is to be none.
    private func password() throws -> [UInt8]? {
        if noPassword { return nil }
        guard let password = try KeyPassword(file: passwordFile).read() else {
            throw CommandError("no password for the new key: set COSIGN_PASSWORD, name a file with --password-file, or say --no-password")
        }
        return password
    }
}

/// `graft generate-key`: the former name, for scripts: a key without a password.
struct GenerateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-key", abstract: "Make a key without a password; see 'graft key generate'.", shouldDisplay: false)

    @Argument(help: "Where the private key goes; the public one goes beside it, as .pub.")
    var path: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let pair = KeyPairFiles(path)
        try pair.requireAbsence()
        let key = try PrivateKey.generate()
        try pair.write(key.pem, key.publicKey)
        output.print(pair.json(of: key.publicKey, isEncrypted: false), text: "\(pair.privatePath)\n\(pair.publicPath)")
    }
}

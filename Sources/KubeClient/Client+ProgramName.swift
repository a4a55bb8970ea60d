extension Client {
    /// The last part of the path that this program was started by: what a server's logs call us unless we say otherwise.
    public static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "swift"
    }
}

import Glibc
import Testing

@testable import Rollout

@Suite("Remedies")
struct RemedyTests {
    private static let page = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" } + "/docs/rollout.md"

    @Test("are those of the operator's page, reason by reason")
    func documented() throws {
        let file = try #require(fopen(RemedyTests.page, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let rows = lines.drop { $0 != "| reason | why | what moves it |" }.dropFirst(2).prefix { $0.hasPrefix("|") }
        var documented: [String: String] = [:]
        for row in rows {
            let cells = row.split(separator: "|").map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }.map { String($0) }
            documented[cells[0].replacing("`", with: "")] = cells[2]
        }
        #expect(documented == Remedy.byReason)
    }
}

import Testing

@testable import Trust

@Suite struct PEMDocumentTests {
    let text = "-----BEGIN PUBLIC KEY-----\nQUJD\nREVG\n-----END PUBLIC KEY-----\n"

    @Test func `a block gives its label and bytes, and is written with lines of 64`() throws {
        #expect(try PEMDocument.parse(text) == [PEMDocument(label: "PUBLIC KEY", bytes: Array("ABCDEF".utf8))])
        let long = PEMDocument(label: "X", bytes: [UInt8](repeating: 7, count: 100))
        let lines = long.text.split(separator: "\n")
        #expect(lines.map(\.utf8.count) == [17, 64, 64, 8, 15])
        #expect(try PEMDocument.parse(long.text) == [long])
    }

    @Test func `indentation, CR and blank lines around it do no harm`() throws {
        let indented = "\n\n    -----BEGIN PUBLIC KEY-----\r\n\tQUJD  \r\n\n REVG\r\n    -----END PUBLIC KEY-----   \n\n"
        #expect(try PEMDocument.parse(indented) == PEMDocument.parse(text))
    }

    @Test(arguments: [
        ("", "empty"),
        ("\n \n", "empty"),
        ("MFkw", "line 1: text outside"),
        ("my key:\n-----BEGIN A-----\nQUJD\n-----END A-----", "line 1: text outside"),
        ("-----BEGIN A-----\nQUJD\n-----END A-----\ntrailing", "line 4: text outside"),
        ("-----BEGIN A-----\nQUJD\n", "without END"),
        ("-----BEGIN A-----\nQUJD\n-----END B-----", "line 3: END without its BEGIN"),
        ("-----END A-----", "line 1: END without its BEGIN"),
        ("-----BEGIN A-----\n-----BEGIN A-----\nQUJD\n-----END A-----", "line 2: BEGIN inside"),
        ("-----BEGIN A-----\n-----END A-----", "not base64"),
        ("-----BEGIN A-----\nQUJ=\n-----END A-----", "not base64"),
        ("-----BEGIN A-----\nQU JD\n-----END A-----", "not base64"),
        ("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nQUJD\n-----END A-----", "line 2: a header"),
        ("-----BEGIN -----\nQUJD\n-----END -----", "line 1: text outside"),
    ])
    func `what is no PEM is refused, with the line`(text: String, reason: String) {
        let error = #expect(throws: KeyError.self) { try PEMDocument.parse(text) }
        #expect(error?.name == "keyNotPEM")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `a text beyond the limit is refused before it is read`() {
        let text = String(repeating: "\n", count: PEMDocument.sizeLimit + 1)
        #expect(throws: KeyError.notPEM("longer than 65536 bytes")) { try PEMDocument.parse(text) }
    }
}

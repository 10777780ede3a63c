// The subject of the conformance suite, as a Node.js handler for Lambda.

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

exports.handler = async (event, context) => {
  switch (event.do) {
    case "echo":
      await wait(event.milliseconds ?? 0);
      return event.value;
    case "throw": {
      const error = new Error(event.message);
      error.name = event.error_type;
      throw error;
    }
    case "hang":
      return wait(3600_000);
    case "crash":
      return process.exit(1);
    case "fill":
      return "x".repeat(event.bytes - 2);
    case "print":
      console.log(event.text);
      return null;
    case "context":
      return { function: context.functionName, request: context.awsRequestId };
    default:
      throw new RangeError(event.do);
  }
};

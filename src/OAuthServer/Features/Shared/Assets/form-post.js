// Sends the answer on to the app. Without scripts the person presses the button.
document.getElementById('answer').submit();
